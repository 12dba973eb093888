//! What calls of the bus, the queues and the buckets take.

use aws_sdk_eventbridge::operation::put_events::PutEventsInput;
use aws_sdk_s3::operation::delete_object::DeleteObjectInput;
use aws_sdk_s3::operation::get_object::GetObjectInput;
use aws_sdk_s3::operation::head_object::HeadObjectInput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Input;
use aws_sdk_s3::operation::put_object::PutObjectInput;
use aws_sdk_sqs::operation::change_message_visibility::ChangeMessageVisibilityInput;
use aws_sdk_sqs::operation::delete_message::DeleteMessageInput;
use aws_sdk_sqs::operation::delete_message_batch::DeleteMessageBatchInput;
use aws_sdk_sqs::operation::get_queue_attributes::GetQueueAttributesInput;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageInput;
use aws_sdk_sqs::operation::send_message::SendMessageInput;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchInput;
use aws_smithy_runtime_api::client::interceptors::context::Input;

use super::Permission;
use crate::faults::Service;
use crate::template::{bus_arn, bus_name, queue_arn};

pub(super) fn taken(service: Service, api: &str, input: &Input) -> Vec<Permission> {
    match service {
        Service::EventBridge => of_bus(api, input),
        Service::S3 => vec![of_bucket(api, input)],
        Service::Sqs | Service::DynamoDb => vec![of_queue(api, input)],
    }
}

fn of_bus(api: &str, input: &Input) -> Vec<Permission> {
    let entries = input
        .downcast_ref::<PutEventsInput>()
        .map(PutEventsInput::entries)
        .unwrap_or_default();
    let mut taken: Vec<Permission> = entries
        .iter()
        .map(|entry| bus_arn(bus_name(entry.event_bus_name().unwrap_or("default"))))
        .map(|arn| Permission::of(Service::EventBridge, api, arn))
        .collect();
    taken.dedup();
    if taken.is_empty() {
        taken.push(Permission::of(Service::EventBridge, api, bus_arn("")));
    }
    taken
}

/// IAM grants the calls of a batch by the name of the call of one.
fn of_queue(api: &str, input: &Input) -> Permission {
    let url = None
        .or_else(|| input.downcast_ref::<SendMessageInput>()?.queue_url())
        .or_else(|| input.downcast_ref::<SendMessageBatchInput>()?.queue_url())
        .or_else(|| input.downcast_ref::<ReceiveMessageInput>()?.queue_url())
        .or_else(|| input.downcast_ref::<DeleteMessageInput>()?.queue_url())
        .or_else(|| input.downcast_ref::<DeleteMessageBatchInput>()?.queue_url())
        .or_else(|| {
            input
                .downcast_ref::<ChangeMessageVisibilityInput>()?
                .queue_url()
        })
        .or_else(|| input.downcast_ref::<GetQueueAttributesInput>()?.queue_url());
    let name = url
        .and_then(|url| url.rsplit('/').next())
        .unwrap_or_default();
    let action = api.strip_suffix("Batch").unwrap_or(api);
    Permission::of(Service::Sqs, action, queue_arn(name))
}

fn of_bucket(api: &str, input: &Input) -> Permission {
    let object = |bucket: Option<&str>, key: Option<&str>| {
        format!(
            "arn:aws:s3:::{}/{}",
            bucket.unwrap_or_default(),
            key.unwrap_or_default()
        )
    };
    let (action, arn) = if let Some(call) = input.downcast_ref::<PutObjectInput>() {
        (api, object(call.bucket(), call.key()))
    } else if let Some(call) = input.downcast_ref::<GetObjectInput>() {
        (api, object(call.bucket(), call.key()))
    } else if let Some(call) = input.downcast_ref::<HeadObjectInput>() {
        ("GetObject", object(call.bucket(), call.key()))
    } else if let Some(call) = input.downcast_ref::<DeleteObjectInput>() {
        (api, object(call.bucket(), call.key()))
    } else if let Some(call) = input.downcast_ref::<ListObjectsV2Input>() {
        let bucket = call.bucket().unwrap_or_default();
        ("ListBucket", format!("arn:aws:s3:::{bucket}"))
    } else {
        (api, "arn:aws:s3:::".to_owned())
    };
    Permission::of(Service::S3, action, arn)
}
