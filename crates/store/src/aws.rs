use aws_config::environment::EnvironmentVariableCredentialsProvider;
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
pub async fn worker_aws_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).load().await
}
