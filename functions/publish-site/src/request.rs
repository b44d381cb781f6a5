use std::collections::BTreeMap;

use serde::Deserialize;

/// What CloudFormation asks of a custom resource.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    #[serde(rename = "RequestType")]
    pub(crate) kind: RequestType,
    /// Presigned; whoever knows it can answer in our place, so it is never logged.
    #[serde(rename = "ResponseURL")]
    pub(crate) response_url: String,
    pub(crate) stack_id: String,
    #[serde(rename = "RequestId")]
    pub(crate) id: String,
    pub(crate) logical_resource_id: String,
    pub(crate) resource_properties: Properties,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum RequestType {
    Create,
    Update,
    Delete,
}

/// The template's properties of `Site`, as far as they are for this function. `Version` is there to differ.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    /// Settings of the box, by the names that its programs read; all values are text here.
    pub(crate) box_settings: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_as_cloudformation_sends_it_is_read() {
        let event = include_str!("../../../events/publish-site-update.json");
        let request: Request = serde_json::from_str(event).unwrap();
        assert_eq!(request.kind, RequestType::Update);
        let settings = &request.resource_properties.box_settings;
        assert_eq!(settings["PEER_PORT"], "6881");
    }
}
