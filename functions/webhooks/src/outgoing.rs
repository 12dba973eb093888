//! The client for requests to endpoints, made once for each reach.

use std::sync::OnceLock;

use sharepact_outbound::{Outbound, Reach, Unusable};
use sharepact_runtime::App;

static PUBLIC: OnceLock<Outbound> = OnceLock::new();
static LOOPBACK: OnceLock<Outbound> = OnceLock::new();

/// The client that goes as far as the function may.
pub(crate) fn outgoing(app: &App) -> Result<&'static Outbound, Unusable> {
    let (client, reach) = match app.links.loopback {
        false => (&PUBLIC, Reach::Public),
        true => (&LOOPBACK, Reach::Loopback),
    };
    if let Some(client) = client.get() {
        return Ok(client);
    }
    let made = Outbound::new(reach)?;
    Ok(client.get_or_init(|| made))
}
