use super::item::Item;
use super::usage::{Column, Usage};

/// What `template.yaml` makes that costs or asks by the month, with the parameters as they are by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Even those that a parameter has to ask for.
    pub(super) alarms: u64,
    pub(super) secrets: u64,
    /// Queues from which Lambda feeds a function.
    pub(super) polled_queues: u64,
    /// Schedules that call a function every minute.
    pub(super) minute_schedules: u64,
}

impl Made {
    /// By the lines of the template, which has one resource per block below `Resources:`.
    pub(super) fn by(template: &str) -> Self {
        let mut made = Self::default();
        let resources = template.split("\nResources:\n").nth(1).unwrap_or_default();
        let resources = resources.split("\nOutputs:\n").next().unwrap_or_default();
        let mut block = Vec::new();
        for line in resources.lines().chain(["  End:"]) {
            let is_name = line.strip_prefix("  ").is_some_and(|rest| {
                rest.starts_with(|first: char| first.is_ascii_alphabetic()) && rest.contains(':')
            });
            if is_name {
                made.add(&block);
                block.clear();
            }
            block.push(line);
        }
        made
    }

    fn add(&mut self, block: &[&str]) {
        let is = |kind: &str| {
            let kind = format!("Type: {kind}");
            block.iter().filter(|line| line.ends_with(&kind)).count() as u64
        };
        self.alarms += is("AWS::CloudWatch::Alarm");
        if block.iter().any(|line| line.starts_with("    Condition:")) {
            return;
        }
        self.secrets += is("AWS::SecretsManager::Secret");
        self.polled_queues += is("SQS");
        self.minute_schedules += is("ScheduleV2");
    }

    /// What a month of these costs by itself.
    pub(super) fn month(&self) -> Usage {
        let mut usage = Usage::default();
        usage.add(Column::Requests, Item::SecretMonths, self.secrets);
        usage.add(Column::Requests, Item::AlarmMonths, self.alarms);
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_by_default_is_counted_and_every_alarm() {
        let template = "\
Parameters:
  SQS: Type: SQS
Resources:
  # A comment
  Secret:
    Type: AWS::SecretsManager::Secret
  OtherSecret:
    Type: AWS::SecretsManager::Secret
    Condition: HasWebhook
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        One:
          Type: SQS
        Two:
          Type: SQS
        Minute:
          Type: ScheduleV2
  OtherFunction:
    Condition: HasWebhook
    Properties:
      Events:
        Three:
          Type: SQS
  Alarm: { Type: AWS::SNS::Topic }
  Late:
    Type: AWS::CloudWatch::Alarm
  Later:
    Condition: HasAlarms
    Type: AWS::CloudWatch::Alarm
Outputs:
  Alarm:
    Type: AWS::CloudWatch::Alarm
";
        let made = Made {
            alarms: 2,
            secrets: 1,
            polled_queues: 2,
            minute_schedules: 1,
        };
        assert_eq!(Made::by(template), made);
    }

    #[test]
    fn the_template_is_read() {
        let made = Made::by(super::super::TEMPLATE);
        assert!(made.secrets >= 2 && made.polled_queues >= 3, "{made:?}");
        assert_eq!(made.minute_schedules, 1);
    }
}
