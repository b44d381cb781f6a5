use serde::Deserialize;

/// What AWS counts and bills; the name says the unit. The names are those in `prices.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Item {
    #[serde(rename = "t3_small_hours")]
    T3SmallHours,
    #[serde(rename = "t4g_small_hours")]
    T4gSmallHours,
    DiskGibMonths,
    AddressHours,
    #[serde(skip_deserializing)]
    S3MibMonths,
    /// And COPY, POST, LIST, and each request of an upload in parts.
    #[serde(rename = "s3_puts")]
    S3Puts,
    /// And HEAD.
    #[serde(rename = "s3_gets")]
    S3Gets,
    DynamodbReadUnits,
    DynamodbWriteUnits,
    DynamodbMibMonths,
    DynamodbRecoveryMibMonths,
    LambdaRequests,
    #[serde(rename = "lambda_x86_mib_ms")]
    LambdaMibMs,
    HttpApiRequests,
    SqsRequests,
    SnsPublishes,
    SchedulerInvocations,
    SecretMonths,
    AlarmMonths,
    LogBytes,
    LogByteMonths,
    InternetMbOut,
    CloudfrontRequests,
    CloudfrontMb,
    CloudfrontFunctionCalls,
    CloudfrontKeyValueReads,
}

impl Item {
    /// Every one, in the order in which they are shown.
    pub(super) const ALL: [Self; 26] = [
        Self::T3SmallHours,
        Self::T4gSmallHours,
        Self::DiskGibMonths,
        Self::AddressHours,
        Self::S3MibMonths,
        Self::S3Puts,
        Self::S3Gets,
        Self::DynamodbReadUnits,
        Self::DynamodbWriteUnits,
        Self::DynamodbMibMonths,
        Self::DynamodbRecoveryMibMonths,
        Self::LambdaRequests,
        Self::LambdaMibMs,
        Self::HttpApiRequests,
        Self::SqsRequests,
        Self::SnsPublishes,
        Self::SchedulerInvocations,
        Self::SecretMonths,
        Self::AlarmMonths,
        Self::LogBytes,
        Self::LogByteMonths,
        Self::InternetMbOut,
        Self::CloudfrontRequests,
        Self::CloudfrontMb,
        Self::CloudfrontFunctionCalls,
        Self::CloudfrontKeyValueReads,
    ];

    /// For a reader.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::T3SmallHours => "EC2: hours of a t3.small",
            Self::T4gSmallHours => "EC2: hours of a t4g.small",
            Self::DiskGibMonths => "EBS gp3: GiB",
            Self::AddressHours => "VPC: hours of a public IPv4 address",
            Self::S3MibMonths => "S3 Standard: MiB",
            Self::S3Puts => "S3: PUT, POST, LIST",
            Self::S3Gets => "S3: GET, HEAD",
            Self::DynamodbReadUnits => "DynamoDB: read units",
            Self::DynamodbWriteUnits => "DynamoDB: write units",
            Self::DynamodbMibMonths => "DynamoDB: MiB",
            Self::DynamodbRecoveryMibMonths => "DynamoDB: MiB with point-in-time recovery",
            Self::LambdaRequests => "Lambda: calls",
            Self::LambdaMibMs => "Lambda (x86): GB-s",
            Self::HttpApiRequests => "API Gateway: requests",
            Self::SqsRequests => "SQS: requests",
            Self::SnsPublishes => "SNS: notices",
            Self::SchedulerInvocations => "EventBridge Scheduler: calls",
            Self::SecretMonths => "Secrets Manager: secrets",
            Self::AlarmMonths => "CloudWatch: alarms",
            Self::LogBytes => "CloudWatch Logs: MB written",
            Self::LogByteMonths => "CloudWatch Logs: MB kept",
            Self::InternetMbOut => "EC2: MB to the internet",
            Self::CloudfrontRequests => "CloudFront: requests",
            Self::CloudfrontMb => "CloudFront: MB to the internet",
            Self::CloudfrontFunctionCalls => "CloudFront Functions: calls",
            Self::CloudfrontKeyValueReads => "CloudFront KeyValueStore: reads",
        }
    }

    /// How many make one of what the name says.
    pub(super) fn shown_in(self) -> u64 {
        match self {
            Self::LambdaMibMs => 1024 * 1000,
            Self::LogBytes | Self::LogByteMonths => 1_000_000,
            _ => 1,
        }
    }
}
