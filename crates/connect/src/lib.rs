//! What connects the CRM to the programs around it: mailboxes.
//!
//! Everything comes in by the CRM's own write paths, as the person whose mailbox it is: their scopes, rules and history count
//! as if they had typed it. Nothing here sends a message.

pub mod mailbox;
