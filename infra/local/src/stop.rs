//! The one signal that stops every part of a stack.

use tokio::sync::watch;

/// Gives the signal. Dropping it gives it too, so that a stack that is dropped leaves nothing
/// running.
pub(crate) struct Stopper(watch::Sender<bool>);

/// Waits for the signal.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// A signal that has not been given.
pub(crate) fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns when the signal has been given.
    pub(crate) async fn wait(&mut self) {
        // An error means that the sender is gone, which is the signal too.
        if self.0.wait_for(|stop| *stop).await.is_err() {
            tracing::debug!("the stack was dropped");
        }
    }
}
