//! What a test does to a stack that runs.

use anyhow::Result;

use super::{NAME, Stack, gone, parameters, shorten_retries};
use crate::paths;
use crate::sam::Project;

impl Stack {
    /// Ends this machine's own worker, Deluge and agent, and forgets it, so that another one gets the torrents.
    ///
    /// # Errors
    /// When its row cannot be deleted.
    pub fn retire_worker(&mut self) -> Result<()> {
        self.agent.stop();
        self.deluge.stop();
        let key = r#"{"pk": {"S": "worker#local"}}"#;
        let command = ["dynamodb", "delete-item", "--table-name"];
        self.aws()
            .cli(&[&command[..], &[&self.outputs.table, "--key", key]].concat())?;
        Ok(())
    }

    /// Deploys what was built once more, with these parameters in place of those of the start.
    ///
    /// # Errors
    /// When the deployment fails.
    pub fn deploy_again(&self, changes: &[(&'static str, String)]) -> Result<()> {
        let mut all = parameters(self.ministack.port(), &self.options);
        all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        all.extend_from_slice(changes);
        let template = self.options.programs.template();
        Project::new(paths::root()).deploy(&template, NAME, self.aws(), &all, &self.logs)?;
        shorten_retries(self.aws(), &self.outputs, &self.options)
    }

    /// Deletes the stack, as `sam delete` does; what was downloaded must be all that is left.
    ///
    /// # Errors
    /// When something cannot be deleted, when something is left, or when what was downloaded is not.
    pub fn delete(&self) -> Result<()> {
        let stack = ["--stack-name", NAME];
        let delete = ["cloudformation", "delete-stack"];
        self.aws().cli(&[&delete[..], &stack].concat())?;
        let wait = ["cloudformation", "wait", "stack-delete-complete"];
        self.aws().cli(&[&wait[..], &stack].concat())?;
        gone::check(self)
    }
}
