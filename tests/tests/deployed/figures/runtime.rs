//! One execution environment: the function's binary, and the Runtime API that it asks for work.
//!
//! The emulator has one too, but one that waits for a line of log after each answer and rounds every figure up to the tens of
//! milliseconds that it waits.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::Notify;

/// How many events a function is given after the first, at the most.
const LATER: usize = 20;
/// For how long it is given more.
const LONG_ENOUGH: Duration = Duration::from_secs(1);
/// When a function counts as stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// A function about to be started.
pub struct Environment {
    binary: PathBuf,
    variables: BTreeMap<String, String>,
    event: Bytes,
}

/// What was measured.
pub struct Times {
    /// From the start of the process to its first question for work.
    pub init: Duration,
    /// From the first event to its answer.
    pub first: Duration,
    /// The same for those after it.
    pub later: Vec<Duration>,
}

/// What has happened so far.
#[derive(Default)]
struct Course {
    polled: Option<Instant>,
    given: Option<Instant>,
    answers: Vec<Duration>,
    failed: Option<String>,
}

impl Environment {
    /// The environment of the function of this name, with the settings that it was deployed with, to be given this event.
    pub fn of(name: &str, settings: &BTreeMap<String, String>, event: &Value) -> Self {
        let mut variables = passed_on();
        variables.extend(settings.clone());
        variables.extend([
            ("AWS_LAMBDA_FUNCTION_NAME".to_owned(), name.to_owned()),
            (
                "AWS_LAMBDA_FUNCTION_VERSION".to_owned(),
                "$LATEST".to_owned(),
            ),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(),
                "512".to_owned(),
            ),
        ]);
        Self {
            binary: root().join(format!("target/lambda/{name}/bootstrap")),
            variables,
            event: event.to_string().into(),
        }
    }

    /// Starts it, gives it events one after the other, and ends it.
    pub async fn run(self) -> Times {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let course = Arc::new(Mutex::new(Course::default()));
        let done = Arc::new(Notify::new());
        let serving = tokio::spawn(serve(
            listener,
            self.event,
            Arc::clone(&course),
            Arc::clone(&done),
        ));
        let begun = Instant::now();
        let mut function = Command::new(&self.binary)
            .env_clear()
            .envs(&self.variables)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let name = self.binary.display();
        tokio::select! {
            () = done.notified() => {}
            status = function.wait() => panic!("{name} ended: {status:?}"),
            () = tokio::time::sleep(PATIENCE) => panic!("{name} is stuck"),
        }
        function.kill().await.expect("a process can be ended");
        serving.abort();
        let course = std::mem::take(&mut *course.lock().expect("nobody panicked"));
        assert_eq!(course.failed, None, "{name} failed");
        let mut answers = course.answers.into_iter();
        Times {
            init: course.polled.expect("it asked for work") - begun,
            first: answers.next().expect("it answered"),
            later: answers.collect(),
        }
    }
}

/// The repository.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the repository")
}

/// Where the services are, and the keys to them.
#[expect(
    clippy::disallowed_methods,
    reason = "what a function inherits is read here"
)]
fn passed_on() -> BTreeMap<String, String> {
    let aws = |(name, _): &(String, String)| name.starts_with("AWS_");
    std::env::vars().filter(aws).collect()
}

async fn serve(listener: TcpListener, event: Bytes, course: Arc<Mutex<Course>>, done: Arc<Notify>) {
    while let Ok((socket, _)) = listener.accept().await {
        // Answers are small and their time is what counts.
        socket.set_nodelay(true).expect("a socket can be told");
        let (event, course, done) = (event.clone(), Arc::clone(&course), Arc::clone(&done));
        let service = service_fn(move |request| {
            let (event, course, done) = (event.clone(), Arc::clone(&course), Arc::clone(&done));
            async move { Ok::<_, Infallible>(answer(request, event, &course, &done).await) }
        });
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(socket), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    event: Bytes,
    course: &Mutex<Course>,
    done: &Notify,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    body.collect()
        .await
        .expect("a function says all it has to say");
    let now = Instant::now();
    let next = {
        let mut course = course.lock().expect("nobody panicked");
        if path.ends_with("/invocation/next") {
            let polled = *course.polled.get_or_insert(now);
            let enough = course.answers.len() > LATER
                || (course.answers.len() > 1 && polled.elapsed() > LONG_ENOUGH);
            course.given = Some(now);
            Some(enough || course.failed.is_some())
        } else {
            let taken = course.given.map_or(Duration::ZERO, |given| now - given);
            course.answers.push(taken);
            if path.ends_with("/error") {
                course.failed = Some(path.to_owned());
                done.notify_one();
            }
            None
        }
    };
    match next {
        None => response(StatusCode::ACCEPTED, Bytes::new()),
        Some(false) => response(StatusCode::OK, event),
        Some(true) => {
            done.notify_one();
            std::future::pending().await
        }
    }
}

fn response(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header(
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        )
        .header("lambda-runtime-deadline-ms", "4102444800000")
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:000000000000:function:f",
        )
        .header("content-type", "application/json")
        .body(Full::new(body))
        .expect("a response is made")
}
