"""The steps of tests/deploy/run that speak of the deployed stack.

    stack.py bucket <name>
    stack.py explode <packaged template> <result> <parameter>=<value>...
    stack.py secrets <stack> <resource>=<file>...
    stack.py settle <stack> <exploded template> <issuer's local.json> <handout>
    stack.py logs <stack>

Of an HTTP API that is given as an OpenAPI document, which is how SAM writes it, the emulator makes an API without routes.
So the template is translated as CloudFormation would, and the document is written out as the routes, integrations and
authorizers that it stands for. The one rule: nothing may be lost on the way, so what comes out, and again what is deployed,
is held against the template that went in.
"""

import json
import os
import re
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

API = "AWS::ApiGatewayV2::Api"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def client(service):
    """A client of the emulator: address, region and keys are in the environment."""
    return boto3.client(service)


# ------------------------------------------------------------------------------------------------------- explode


class NoManagedPolicies:
    """The template names none."""

    def load(self):
        return {}


def explode(source, result, *parameters):
    template = yaml_parse(Path(source).read_text())
    # SAM puts values in the place of references.
    parameters = dict(parameter.split("=", 1) for parameter in parameters)
    parameters["AWS::Region"] = os.environ["AWS_DEFAULT_REGION"]
    declared = routes_declared(template)
    document = transform(template, parameters, NoManagedPolicies())
    resources = document["Resources"]
    for name in [name for name, resource in resources.items() if resource["Type"] == API]:
        resources.update(explode_api(name, resources[name]["Properties"]))
    expect_same("exploded", declared, routes_exploded(resources))
    for policy in policies(resources):
        for statement in policy["Statement"]:
            allow_batches(statement)
    name_secrets(resources)
    leave_room(resources)
    Path(result).write_text(json.dumps(document, indent=1))
    count = sum(len(routes) for routes in declared.values())
    print(f"{count} routes, {len(resources)} resources")


def explode_api(name, properties):
    """The resources that the OpenAPI document of one API stands for; the document itself goes."""
    body = properties.pop("Body")
    unknown = set(properties)
    if unknown:
        raise SystemExit(f"{name}: {sorted(unknown)} would be lost")
    properties.update(Name=body["info"]["title"], Description=body["info"]["description"], ProtocolType="HTTP")
    cors = body.get("x-amazon-apigateway-cors")
    if cors:
        properties["CorsConfiguration"] = capitalized(cors)
    api = {"Ref": name}
    made, authorizers = {}, {}
    for scheme, described in body["components"]["securitySchemes"].items():
        authorizer = described["x-amazon-apigateway-authorizer"]
        if authorizer["type"] != "jwt":
            raise SystemExit(f"{scheme} is no JWT authorizer, and nothing else is written out here")
        authorizers[scheme] = f"{name}Authorizer{scheme}"
        made[authorizers[scheme]] = resource(
            "Authorizer",
            ApiId=api,
            Name=scheme,
            AuthorizerType="JWT",
            IdentitySource=[authorizer["identitySource"]],
            JwtConfiguration=capitalized(authorizer["jwtConfiguration"]),
        )
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if method not in METHODS:
                raise SystemExit(f"{method} {path} is no plain route, and nothing else is written out here")
            integration = operation["x-amazon-apigateway-integration"]
            stem = name + re.sub(r"\W", "", f"{method.title()}{path.title()}")
            made[f"{stem}Integration"] = resource(
                "Integration",
                ApiId=api,
                IntegrationType=integration["type"].upper(),
                IntegrationUri=integration["uri"],
                PayloadFormatVersion=integration["payloadFormatVersion"],
            )
            properties = {
                "ApiId": api,
                "RouteKey": f"{method.upper()} {path}",
                "Target": {"Fn::Sub": f"integrations/${{{stem}Integration}}"},
            }
            for scheme in {scheme for needed in operation.get("security", []) for scheme in needed}:
                if scheme in authorizers:
                    properties.update(AuthorizationType="JWT", AuthorizerId={"Ref": authorizers[scheme]})
            made[f"{stem}Route"] = resource("Route", **properties)
    return made


def resource(kind, **properties):
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": properties}


def capitalized(value):
    """CloudFormation begins with a capital what OpenAPI begins with a small letter. Functions stay as they are."""
    if isinstance(value, dict):
        return {key if key == "Ref" else key[0].upper() + key[1:]: capitalized(inner) for key, inner in value.items()}
    return [capitalized(inner) for inner in value] if isinstance(value, list) else value


def policies(resources):
    """The documents of all policies of functions, and of their boundary."""
    for described in resources.values():
        properties = described["Properties"]
        if described["Type"] == "AWS::IAM::ManagedPolicy":
            yield properties["PolicyDocument"]
        if described["Type"] == "AWS::IAM::Role":
            yield from (policy["PolicyDocument"] for policy in properties.get("Policies", []))


def allow_batches(statement):
    """To IAM a batch of messages is so many messages; the emulator has a name of its own for it."""
    actions = statement["Action"]
    actions = [actions] if isinstance(actions, str) else actions
    if "sqs:SendMessage" in actions:
        statement["Action"] = [*actions, "sqs:SendMessageBatch"]


def name_secrets(resources):
    """A reference to a secret is its ARN, and to the emulator its name, which no policy is about: it has the ARN as attribute."""
    secrets = {name for name, described in resources.items() if described["Type"] == "AWS::SecretsManager::Secret"}

    def named(value):
        match value:
            case {"Ref": str(name)} if name in secrets:
                return {"Fn::GetAtt": [name, "Id"]}
            case dict():
                return {key: named(inner) for key, inner in value.items()}
            case list():
                return [named(inner) for inner in value]
        return value

    resources.update(named(resources))


def leave_room(resources):
    """The emulator does one thing at a time, and starts as many workers as it likes: so that requests have their turn, two of
    each queue are enough, which is the least that Lambda takes."""
    for described in resources.values():
        if described["Type"] == "AWS::Lambda::EventSourceMapping" and "StartingPosition" not in described["Properties"]:
            described["Properties"]["ScalingConfig"] = {"MaximumConcurrency": 2}


# ------------------------------------------------------------------------------------------------------- compare
# Authorizers' names, each with the route keys that it guards; the empty name stands for none.


def routes_declared(template):
    """As template.yaml says it."""
    found = {}
    for described in template["Resources"].values():
        if described["Type"] == "AWS::Serverless::HttpApi":
            auth = described["Properties"]["Auth"]
            found.update({name: set() for name in auth["Authorizers"]})
            default = auth["DefaultAuthorizer"]
    for described in template["Resources"].values():
        if described["Type"] != "AWS::Serverless::Function":
            continue
        for event in described["Properties"].get("Events", {}).values():
            if event["Type"] != "HttpApi":
                continue
            route = event["Properties"]
            authorizer = route.get("Auth", {}).get("Authorizer", default)
            key = f"{route['Method'].upper()} {route['Path']}"
            found.setdefault("" if authorizer == "NONE" else authorizer, set()).add(key)
    return found


def routes_exploded(resources):
    """As the exploded template says it."""
    authorizers, found = {"": ""}, {}
    for name, described in resources.items():
        if described["Type"] == "AWS::ApiGatewayV2::Authorizer":
            authorizers[name] = described["Properties"]["Name"]
            found[authorizers[name]] = set()
    for described in resources.values():
        if described["Type"] == "AWS::ApiGatewayV2::Route":
            route = described["Properties"]
            authorizer = authorizers[route.get("AuthorizerId", {}).get("Ref", "")]
            found.setdefault(authorizer, set()).add(route["RouteKey"])
    return found


def routes_deployed(api):
    """As the API has it."""
    gateway = client("apigatewayv2")
    authorizers, found = {"": ""}, {}
    for authorizer in gateway.get_authorizers(ApiId=api)["Items"]:
        authorizers[authorizer["AuthorizerId"]] = authorizer["Name"]
        found[authorizer["Name"]] = set()
    for page in gateway.get_paginator("get_routes").paginate(ApiId=api):
        for route in page["Items"]:
            authorizer = authorizers[route.get("AuthorizerId", "")]
            found.setdefault(authorizer, set()).add(route["RouteKey"])
    return found


def expect_same(what, expected, found):
    if expected != found:
        raise SystemExit(f"routes and authorizers are not as declared\ndeclared: {expected}\n{what}: {found}")


# -------------------------------------------------------------------------------------------------------- settle


def settle(stack, exploded, issuer, handout):
    expect_policies_hold()
    resources = physical(stack)
    api = resources["Api"]
    template = json.loads(Path(exploded).read_text())
    expect_same("deployed", routes_exploded(template["Resources"]), routes_deployed(api))
    cors = resolved(template["Resources"]["Api"]["Properties"]["CorsConfiguration"])
    restore_cors(api, cors)
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    issuer = Path(issuer)
    told = json.loads(issuer.read_text())
    told["url"] = f"{endpoint}/_aws/execute-api/{api}/$default"
    told["deployment"] = {
        "resources": resources,
        "functions": environments(template, resources),
        "origins": cors["AllowOrigins"],
        "emulated": True,
        "issuerHome": str(issuer.parent),
    }
    Path(handout).write_text(json.dumps(told, indent=1))
    print(told["url"])


def expect_policies_hold():
    """Policies that nobody holds a call against would prove nothing: somebody without any is refused."""
    iam = client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    try:
        boto3.client("dynamodb", **keys).list_tables()
    except ClientError as refused:
        if refused.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
            return
        raise
    raise SystemExit("the emulator lets anybody do anything")


def physical(stack):
    """The names that the stack's resources were given."""
    described = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in described}


def environments(template, resources):
    """The environment of each function, by the name of its binary."""
    functions = client("lambda")
    found = {}
    for name, described in template["Resources"].items():
        if described["Type"] == "AWS::Lambda::Function":
            binary = described["Metadata"].get("Operation") or described["Metadata"]["Worker"]
            configured = functions.get_function_configuration(FunctionName=resources[name])
            found[binary] = configured["Environment"]["Variables"]
    return found


def restore_cors(api, declared):
    """The emulator keeps what CloudFormation says of CORS where its gateway does not look; said again, it looks."""
    client("apigatewayv2").update_api(ApiId=api, CorsConfiguration=declared)


def resolved(value):
    """The two functions of the CORS configuration, whose references have their values already."""
    match value:
        case {"Fn::If": [_, wanted, _]}:
            return resolved(wanted)
        case {"Fn::Split": [separator, text]}:
            return text.split(separator)
        case dict():
            return {key: resolved(inner) for key, inner in value.items()}
    return value


# ---------------------------------------------------------------------------------------------------------- logs


def logs(stack):
    """What the functions logged, the newest last."""
    group = physical(stack)["FunctionLogs"]
    for page in client("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
        for event in page["events"]:
            if not event["message"].startswith(("START ", "END ", "REPORT ")):
                print(event["message"].rstrip())


def bucket(name):
    region = os.environ["AWS_DEFAULT_REGION"]
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


def secrets(stack, *values):
    """Puts what files hold into secrets of the stack, by resource."""
    resources = physical(stack)
    for value in values:
        name, path = value.split("=", 1)
        client("secretsmanager").put_secret_value(SecretId=resources[name], SecretString=Path(path).read_text())


STEPS = {step.__name__: step for step in (bucket, explode, secrets, settle, logs)}

if __name__ == "__main__":
    STEPS[sys.argv[1]](*sys.argv[2:])
