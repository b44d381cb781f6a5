use std::env;

/// A part of the system was started without something that it needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// It is missing, empty or not UTF-8.
    #[error("the environment variable {0} is not set")]
    Unset(&'static str),
    /// It should be a number.
    #[error("the environment variable {0} is not a whole number")]
    NotANumber(&'static str),
}

/// The value of an environment variable that has no default.
///
/// # Errors
/// [`EnvError::Unset`].
pub fn required(name: &'static str) -> Result<String, EnvError> {
    env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(EnvError::Unset(name))
}

/// The value of an environment variable that is a whole number and has no default.
///
/// # Errors
/// [`EnvError`].
pub fn required_number(name: &'static str) -> Result<u64, EnvError> {
    required(name)?
        .parse()
        .map_err(|_| EnvError::NotANumber(name))
}
