//! Typed ids: a `UserId` can't be passed where an `OpportunityId` is wanted.
//!
//! Each is a UUID (v7 for those we make) on the wire and in PostgreSQL.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// An organisation: the tenant.
    OrgId,
    UserId,
    TeamId,
    RoleId,
    SessionId,
    ApiKeyId,
    OauthClientId,
    /// An app that registered itself.
    AppClientId,
    /// That a person lets an app act for them.
    AppGrantId,
    PasskeyId,
    /// A browser that shows notifications.
    PushSubscriptionId,
    AccountId,
    ContactId,
    PipelineId,
    StageId,
    /// A value of a managed list: opportunity type, source, industry, region, loss reason or lead status.
    ChoiceId,
    ProductId,
    PriceListId,
    CustomFieldId,
    OpportunityId,
    LeadId,
    LineId,
    TaskId,
    TaskTemplateId,
    ActivityId,
    EventId,
    JobId,
    ImportId,
    /// How files of certain columns are imported.
    ImportTemplateId,
    ConversationId,
    AgentRunId,
    ProposalId,
    AutomationId,
    AutomationRunId,
    /// A run of a routine for a person.
    RoutineRunId,
    /// A share of a record with a person or a team.
    ShareId,
    /// A contact's time at an account.
    AffiliationId,
    /// A plan for an account.
    AccountPlanId,
    /// An objective of a plan.
    ObjectiveId,
    /// A member of an account's team.
    MemberId,
    IdentityProviderId,
    /// A validation rule.
    RuleId,
    /// What needs approval, and whose.
    ApprovalDefinitionId,
    /// A request for an approval.
    ApprovalId,
    /// A time in which somebody decides for somebody else.
    DelegationId,
    /// A saved view of a list.
    ViewId,
    /// A change of many records.
    BulkId,
    /// A rule that says whose a lead becomes.
    AssignmentRuleId,
    /// A form by which strangers become leads.
    WebFormId,
    /// What a form was sent and looks like spam.
    WebFormEntryId,
    /// A file on a record.
    FileId,
    FileVersionId,
    /// A file on its way.
    UploadId,
    /// A mailbox that is synced over IMAP.
    MailboxId,
    /// A rule that says by when something must have been done.
    SlaRuleId,
    /// Working hours and holidays that such rules count by.
    SlaCalendarId,
    /// A clock that runs for one record by one rule.
    SlaTimerId,
    SlaSimulationId,
    /// A message that waits for its person to say who it is from.
    UnmatchedEmailId,
    /// A playbook, an e-mail template or a script.
    MaterialId,
}
