use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Client, Error, Limits};

/// Clients of several Deluge Webs with one password, each made and signed in once.
pub struct Clients {
    password: String,
    clients: Mutex<HashMap<String, Arc<Client>>>,
}

impl Clients {
    /// No clients yet.
    #[must_use]
    pub fn new(password: impl Into<String>) -> Self {
        Self {
            password: password.into(),
            clients: Mutex::default(),
        }
    }

    /// The client of the Deluge Web at `url`, with the default [`Limits`]. Contacts nobody.
    ///
    /// # Errors
    /// [`Error::Address`] as [`Client::new`].
    pub fn at(&self, url: &str) -> Result<Arc<Client>, Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(url) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::new(url, self.password.as_str(), Limits::default())?);
        clients.insert(url.to_owned(), Arc::clone(&client));
        Ok(client)
    }
}
