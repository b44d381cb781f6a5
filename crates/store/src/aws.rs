use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;

use crate::{EnvError, required};

/// The SDK's configuration inside Lambda, which gives credentials and region in the environment.
///
/// The default chain would ask files, IMDS, SSO and STS as well; leaving them out makes a function's binary
/// and its start smaller. `AWS_ENDPOINT_URL` points at an emulator.
///
/// # Errors
/// When `AWS_REGION` is missing.
pub fn lambda_aws_config() -> Result<SdkConfig, EnvError> {
    let credentials = SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(credentials);
    config.set_endpoint_url(required("AWS_ENDPOINT_URL").ok());
    Ok(config.build())
}

/// The SDK's configuration on a box: the default chain, so the instance role's credentials are renewed.
///
/// A box has time: what fails in passing is tried up to eight times, with jitter and up to 20 s apart, within
/// the SDK's budget for retries. No attempt hangs for ever; those with a body have limits of their own.
pub async fn worker_aws_config() -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(8)
        .with_max_backoff(Duration::from_secs(20));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .retry_config(retries)
        .timeout_config(timeouts)
        .load()
        .await
}
