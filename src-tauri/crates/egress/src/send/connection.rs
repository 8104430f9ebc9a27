//! One connection for one request, and whether it came about: what is sent on a connection may have
//! arrived, what failed before it has not.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use reqwest_tls::{Client, redirect, retry};
use rustls::ClientConfig;
use tokio::sync::SetOnce;
use tower_layer::Layer;
use tower_service::Service;

use crate::names::Lookup;

const USER_AGENT: &str = concat!("Sotto/", env!("CARGO_PKG_VERSION"));

/// Whether the connection stands, the encryption included. Before that no byte of a request left.
#[derive(Clone)]
pub(crate) struct Connected(Arc<SetOnce<()>>);

impl Connected {
    pub(crate) fn get(&self) -> bool {
        self.0.initialized()
    }

    /// Ends when so long has passed since the connection came about.
    pub(crate) async fn and(&self, wait: Duration) {
        self.0.wait().await;
        tokio::time::sleep(wait).await;
    }
}

/// A client that is used once. Cookies and compression are not compiled in.
pub(super) fn build(
    lookup: Lookup,
    tls: ClientConfig,
    limit: Duration,
) -> Result<(Client, Connected), reqwest_tls::Error> {
    let connected = Connected(Arc::new(SetOnce::new()));
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .http1_only()
        .pool_max_idle_per_host(0)
        .connect_timeout(limit)
        .connection_verbose(false)
        .dns_resolver(Arc::new(lookup))
        .tls_backend_preconfigured(tls)
        .connector_layer(connected.clone())
        .build()?;
    Ok((client, connected))
}

impl<S> Layer<S> for Connected {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched {
            connector,
            connected: self.clone(),
        }
    }
}

/// A connector that notes when it is done.
#[derive(Clone)]
pub(crate) struct Watched<S> {
    connector: S,
    connected: Connected,
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, address: R) -> Self::Future {
        let connecting = self.connector.call(address);
        let connected = self.connected.clone();
        Box::pin(async move {
            let connection = connecting.await?;
            // Already set is as good.
            let _ = connected.0.set(());
            Ok(connection)
        })
    }
}
