//! How somebody wants to hear of what: by kind and channel, with quiet hours and the hour of digests.

use std::collections::HashMap;

use chrono_tz::Tz;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NotificationKind;
use super::due::Quiet;
use crate::words::words;
use crate::working_hours::Day;

words! {
    /// When a letter comes.
    EmailMode, "email" { Off = "off", AtOnce = "at_once", Daily = "daily", Weekly = "weekly" }
}

/// How somebody hears of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NotificationChannels)]
pub struct Channels {
    pub in_app: bool,
    pub email: EmailMode,
    /// On the person's devices, in the browsers where they turned it on.
    pub push: bool,
}

/// How somebody wants to hear of one kind. What is not said of devices is as usual: it was kept before there were any.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewNotificationChannels)]
pub struct NewChannels {
    pub in_app: bool,
    pub email: EmailMode,
    pub push: Option<bool>,
}

impl NewChannels {
    #[must_use]
    pub fn of(self, kind: NotificationKind) -> Channels {
        let push = self.push.unwrap_or(Channels::usual(kind).push);
        Channels { in_app: self.in_app, email: self.email, push }
    }
}

impl Channels {
    /// Of who has said nothing: what is for them alone comes by letter and on their devices, the rest in the app.
    #[must_use]
    pub const fn usual(kind: NotificationKind) -> Self {
        use NotificationKind as Kind;
        let email = match kind {
            Kind::AssignedToMe
            | Kind::Mentioned
            | Kind::TaskReminder
            | Kind::SlaWarning
            | Kind::SlaBreached
            | Kind::AutomationPaused
            | Kind::AiAlert
            | Kind::ApprovalWaiting
            | Kind::ApprovalDecided
            | Kind::ApprovalEscalated => EmailMode::AtOnce,
            Kind::FollowedRecordChanged
            | Kind::SharedWithMe
            | Kind::AccountTeamAdded
            | Kind::TaskOverdue
            | Kind::AutomationMessage
            | Kind::StageEntered => EmailMode::Daily,
            Kind::TaskDue | Kind::ImportFinished | Kind::BulkFinished | Kind::ProposalWaiting => EmailMode::Off,
        };
        Self { in_app: true, email, push: matches!(email, EmailMode::AtOnce) }
    }
}

/// What somebody has said of all kinds.
pub type Chosen = HashMap<NotificationKind, Channels>;

/// All that somebody has said, with what decides when a letter may come.
#[derive(Clone, Debug)]
pub struct Setting {
    pub chosen: Chosen,
    pub quiet: Quiet,
    pub digest_hour: u16,
    pub digest_day: Day,
    pub zone: Tz,
    pub bouncing: bool,
    /// Whether they have turned on any browser.
    pub has_device: bool,
}

impl Setting {
    #[must_use]
    pub fn of(&self, kind: NotificationKind) -> Channels {
        self.chosen.get(&kind).copied().unwrap_or_else(|| Channels::usual(kind))
    }
}

/// Preferences as the API shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPreferences {
    /// For each kind.
    #[schema(value_type = HashMap<String, Channels>)]
    pub kinds: Chosen,
    /// The days on which quiet hours begin; none when there are none.
    pub quiet_days: Vec<Day>,
    #[schema(example = "20:00")]
    pub quiet_from: String,
    /// On the next day, when it is not after the beginning.
    #[schema(example = "07:00")]
    pub quiet_until: String,
    /// In your time zone.
    pub digest_hour: i16,
    pub digest_day: Day,
    pub time_zone: String,
    pub email: String,
    /// Since when your address refuses letters, so that none are sent to it.
    pub bouncing_since: Option<chrono::DateTime<chrono::Utc>>,
    /// Nought while nobody has said anything.
    pub version: i64,
}

/// Preferences to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotificationPreferences {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    /// A kind that is not named is as usual.
    #[schema(value_type = HashMap<String, NewChannels>)]
    pub kinds: HashMap<NotificationKind, NewChannels>,
    #[schema(max_items = 7)]
    pub quiet_days: Vec<Day>,
    #[schema(example = "20:00")]
    pub quiet_from: String,
    #[schema(example = "07:00")]
    pub quiet_until: String,
    #[schema(minimum = 0, maximum = 23)]
    pub digest_hour: i16,
    pub digest_day: Day,
}

impl NewNotificationPreferences {
    /// What is said of all kinds.
    #[must_use]
    pub fn chosen(&self) -> Chosen {
        self.kinds.iter().map(|(kind, channels)| (*kind, channels.of(*kind))).collect()
    }

    /// The quiet hours as minutes of the day.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn quiet(&self) -> Result<(i16, i16)> {
        let read = |field: &'static str, text: &str| {
            let at = crate::working_hours::minute(text).filter(|at| *at < 24 * 60);
            at.and_then(|at| i16::try_from(at).ok())
                .ok_or_else(|| Error::field(field, "invalid_value", "a time of the day, such as 20:00"))
        };
        Ok((read("quiet_from", &self.quiet_from)?, read("quiet_until", &self.quiet_until)?))
    }
}

impl Validate for NewNotificationPreferences {
    fn validate(&self) -> Result<()> {
        if !(0..=23).contains(&self.digest_hour) {
            return Err(Error::field("digest_hour", "out_of_range", "an hour from 0 to 23"));
        }
        if self.quiet_days.len() > 7 {
            return Err(Error::field("quiet_days", "too_many", "a week has seven days"));
        }
        self.quiet().map(drop)
    }
}
