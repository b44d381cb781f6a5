//! What the roles of a stack may do, and what they did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

/// One action on one resource that a role's policy allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The role, as the template calls it.
    pub role: String,
    /// Such as `s3:PutObject`.
    pub action: String,
    /// As the template calls it: `FilesBucket/files/*`.
    pub resource: String,
    /// The ARN in the policy, in which `*` stands for anything.
    arn: String,
}

/// One decision of the emulator about what a role asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Call {
    /// The role; see [`Roles::calls`].
    pub role: String,
    /// Such as `s3:PutObject`.
    pub action: String,
    /// An ARN.
    pub resource: String,
    /// What was decided.
    pub allowed: bool,
}

/// A right whose use the emulator does not see, and why.
#[derive(Debug, Clone, Copy)]
pub struct Unseen {
    /// The roles that have it, as the template calls them; `*` stands for anything.
    pub roles: &'static [&'static str],
    /// The actions.
    pub actions: &'static [&'static str],
    /// The resource, as messages call it; `*` stands for anything.
    pub on: &'static str,
    /// Who uses it, or why nobody is seen to.
    pub why: &'static str,
}

/// A stack's roles, as they are deployed.
#[derive(Debug)]
pub struct Roles {
    /// What the template calls things, by the names that AWS gave them.
    names: BTreeMap<String, String>,
    rights: BTreeSet<Right>,
}

impl Roles {
    /// `resources` is CloudFormation's list of the stack's resources, `account` IAM's account of all roles.
    ///
    /// # Errors
    /// When they have another form, or a role has a policy that would go unread.
    pub fn new(resources: &Value, account: &Value) -> Result<Self> {
        let list = |value: &Value, name: &str| -> Result<Vec<Value>> {
            let list = value[name].as_array().cloned();
            list.with_context(|| format!("no {name} in {value}"))
        };
        let mut names = BTreeMap::new();
        for resource in list(resources, "StackResourceSummaries")? {
            let text = |name: &str| resource[name].as_str().map(str::to_owned);
            if let Some((physical, logical)) =
                text("PhysicalResourceId").zip(text("LogicalResourceId"))
            {
                names.insert(last_of(&physical).to_owned(), logical);
            }
        }
        let mut roles = Self {
            names,
            rights: BTreeSet::new(),
        };
        for role in list(account, "RoleDetailList")? {
            let name = role["RoleName"].as_str().context("a role has no name")?;
            let Some(logical) = roles.names.get(name).cloned() else {
                continue;
            };
            ensure!(
                list(&role, "AttachedManagedPolicies")?.is_empty(),
                "{logical} has a managed policy, which is not read here"
            );
            for policy in list(&role, "RolePolicyList")? {
                for statement in one_or_more(&policy["PolicyDocument"]["Statement"]) {
                    roles.grant(&logical, statement)?;
                }
            }
        }
        Ok(roles)
    }

    fn grant(&mut self, role: &str, statement: &Value) -> Result<()> {
        if statement["Effect"] != "Allow" {
            return Ok(());
        }
        let words = |name: &str| -> Result<Vec<String>> {
            let all: Option<Vec<_>> = one_or_more(&statement[name])
                .map(|word| word.as_str().map(str::to_owned))
                .collect();
            let all = all.filter(|all| !all.is_empty());
            all.with_context(|| format!("{role} has a statement without {name}: {statement}"))
        };
        for action in words("Action")? {
            for arn in words("Resource")? {
                self.rights.insert(Right {
                    role: role.to_owned(),
                    action: action.clone(),
                    resource: self.in_words(&arn),
                    arn,
                });
            }
        }
        Ok(())
    }

    /// Everything that is granted.
    #[must_use]
    pub fn rights(&self) -> &BTreeSet<Right> {
        &self.rights
    }

    /// The calls of these roles out of the emulator's list, each once, the role as the template calls it.
    ///
    /// # Errors
    /// When a line is no call.
    pub fn calls(&self, list: &str) -> Result<BTreeSet<Call>> {
        let mut calls = BTreeSet::new();
        // The last line may be on its way.
        let whole = list.rsplit_once('\n').map_or("", |(whole, _)| whole);
        for line in whole.lines() {
            let call: Call = serde_json::from_str(line).with_context(|| line.to_owned())?;
            if let Some(role) = self.names.get(&call.role).cloned() {
                calls.insert(Call { role, ..call });
            }
        }
        Ok(calls)
    }

    /// An ARN from the first name on that the template has another word for; the whole of it without one.
    #[must_use]
    pub fn in_words(&self, arn: &str) -> String {
        let mut rest = arn.splitn(6, ':').nth(5).unwrap_or(arn);
        loop {
            let end = rest.find(['/', ':']).unwrap_or(rest.len());
            let name = &rest[..end];
            // To a secret's name AWS adds a dash and six characters.
            let secret = || self.names.get(name.rsplit_once('-')?.0);
            if let Some(logical) = self.names.get(name).or_else(secret) {
                return format!("{logical}{}", &rest[end..]);
            }
            let Some(next) = rest.get(end + 1..) else {
                return arn.to_owned();
            };
            rest = next;
        }
    }

    /// Rights that no call needed and no exception names; and exceptions that are none: whose right nobody has, or
    /// was seen to be used. Empty when all is well.
    #[must_use]
    pub fn unused(&self, calls: &BTreeSet<Call>, exceptions: &[Unseen]) -> Vec<String> {
        let (used, unused): (Vec<_>, Vec<_>) = self
            .rights
            .iter()
            .partition(|right| calls.iter().any(|call| right.allows(call)));
        let excepted = |right: &Right| exceptions.iter().any(|exception| exception.is(right));
        let mut faults: Vec<_> = unused
            .iter()
            .filter(|right| !excepted(right))
            .map(|right| format!("nothing used it: {right}"))
            .collect();
        for exception in exceptions {
            for one in exception.each() {
                faults.extend(
                    used.iter()
                        .filter(|right| one.is(right))
                        .map(|right| format!("it is used, so no exception: {right}")),
                );
                if !self.rights.iter().any(|right| one.is(right)) {
                    faults.push(format!("nobody has it, so no exception: {one}"));
                }
            }
        }
        faults
    }

    /// Calls that were refused. Empty when all is well.
    #[must_use]
    pub fn missing(&self, calls: &BTreeSet<Call>) -> Vec<String> {
        let refused = calls.iter().filter(|call| !call.allowed);
        let words = refused.map(|call| {
            let resource = self.in_words(&call.resource);
            format!("{}: {} on {resource}", call.role, call.action)
        });
        words.collect()
    }
}

impl Right {
    fn allows(&self, call: &Call) -> bool {
        call.allowed
            && call.role == self.role
            && matches(&self.action, &call.action)
            && matches(&self.arn, &call.resource)
    }
}

impl Display for Right {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} on {}", self.role, self.action, self.resource)
    }
}

impl Unseen {
    fn is(&self, right: &Right) -> bool {
        self.roles.iter().any(|role| matches(role, &right.role))
            && self.actions.contains(&right.action.as_str())
            && matches(self.on, &right.resource)
    }

    /// The same for one role and one action each.
    fn each(&self) -> impl Iterator<Item = Self> {
        self.roles.chunks(1).flat_map(move |roles| {
            self.actions.chunks(1).map(move |actions| Self {
                roles,
                actions,
                ..*self
            })
        })
    }
}

impl Display for Unseen {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (roles, actions) = (self.roles.join(", "), self.actions.join(", "));
        write!(f, "{roles}: {actions} on {} ({})", self.on, self.why)
    }
}

/// A policy has one of a thing as it is, more of it in a list.
fn one_or_more(value: &Value) -> impl Iterator<Item = &Value> {
    let (list, one) = match value {
        Value::Array(list) => (list.as_slice(), None),
        Value::Null => (&[][..], None),
        one => (&[][..], Some(one)),
    };
    list.iter().chain(one)
}

/// What stands at the end of an ARN, an address or a name.
fn last_of(physical: &str) -> &str {
    physical.rsplit(['/', ':']).next().unwrap_or(physical)
}

/// Whether `text` is `pattern`, where `*` is any text, an empty one too.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    rest.is_empty() || ends.any(|at| matches(rest, &text[at..]))
}

#[cfg(test)]
mod tests;
