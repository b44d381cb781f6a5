use std::env;

/// A part of the system was started without something that it needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct EnvError(&'static str);

/// The value of an environment variable that has no default.
///
/// # Errors
/// [`EnvError`] when it is missing, empty or not UTF-8.
pub fn required(name: &'static str) -> Result<String, EnvError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(EnvError(name))
}
