//! What the demo company's people go by: playbooks, e-mail templates and scripts.

use serde_json::{Value, json};

const PRICE: &str = "# Before you answer

Ask what the price is compared with: a competitor's offer, last year's contract, or the budget. Each has another answer.

# When it is a competitor

- Put the two offers side by side, with what each leaves out.
- Name the cost of changing later.
- Let a reference customer speak, not a slide.

# When it is the budget

- Ask when the next budget is decided, and who decides it.
- Offer fewer seats or a later start before you offer less.
- A discount needs something in return: a longer term, a payment in advance, a reference.

# What not to do

Never open with a discount. Never give one by e-mail without a call before.";

const LOGISTICS: &str = "# Who decides

The head of operations wants it, the site manager has to live with it, IT and the works council can stop it, finance pays. Meet the site manager before the offer.

# What they ask

- How many picks an hour, with our own boxes?
- What happens when a gripper fails on a night shift?
- Who else runs it in a hall of our size?

# Timing

Nothing is installed between October and January: the halls are full. An order has to be signed by June for a start before the peak. A safety review takes six to eight weeks: begin it in discovery.

# Why we lose

Most deals in logistics that we lost were lost on price after a late safety review: there was no time left to show the value.";

const HANDOVER: &str = "# Before the signature

- The delivery lead reads the offer.
- The dates in the contract are dates that delivery has seen.

# In the first week

- A call with the customer, sales and delivery together.
- The goals in the customer's own words, written down.
- Who to call when something is on fire.

# After thirty days

Sales calls once more and asks how it goes. Most second orders begin with that call.";

const FOLLOW_UP: &str = "Dear {{contact.first_name}},

thank you for your time today. As we agreed:

- I send you the offer for {{opportunity.name}}.
- You show it to your colleagues at {{account.name}}.

Shall we speak again next week? Tuesday or Thursday morning would suit me.

Kind regards
{{sender.name}}
{{organisation.name}}";

const QUIET: &str = "Dear {{contact.first_name}},

I have not heard from you since I sent our offer for {{opportunity.name}}, and I would rather ask than guess.

Is it the timing, the price, or something that we have not talked about? One line is enough, and I will not take a no amiss.

Kind regards
{{sender.name}}";

const COLD: &str = "# Opening

Good morning, my name is …, from …. You were not expecting my call. May I have half a minute to say why I am calling? Then you decide whether we go on.

# Reason

We work with companies of your size that lose hours on … every week.

# Questions

- How do you do that today?
- What happens when it goes wrong?
- Who would have to be in the room to change it?

# Closing

Would twenty minutes on Thursday be worth it to find out whether this fits?";

const PROTECTION: &str = "# When they ask about data protection

Do not answer by heart. Say: \"I send you our report today, and our data protection officer calls yours this week.\"

# What you may say

- Data stay in the European Union.
- They are encrypted on the way and at rest.
- We delete them within thirty days of the end of the contract.

# What you may not say

Never promise a certificate that we do not have.";

/// All of them, as the API takes them.
#[must_use]
pub fn all() -> Vec<Value> {
    let one = |kind: &str, title: &str, summary: &str, body: &str| json!({ "kind": kind, "title": title, "summary": summary, "body": body, "published": true });
    let letter = |title: &str, summary: &str, subject: &str, body: &str| json!({ "kind": "email_template", "title": title, "summary": summary, "subject": subject, "body": body, "published": true });
    vec![
        one("playbook", "Price objections", "When a customer says that we are too expensive.", PRICE),
        one("playbook", "Selling to logistics", "From the first meeting to the signature.", LOGISTICS),
        one("playbook", "Hand-over to delivery", "Once a deal is won.", HANDOVER),
        letter("After a meeting", "On the same day.", "What we agreed on {{opportunity.name}}", FOLLOW_UP),
        letter("Nothing heard", "Two weeks after an offer.", "{{opportunity.name}}: shall we go on?", QUIET),
        one("script", "First call", "When they do not expect you.", COLD),
        one("script", "Data protection", "When it comes up in a meeting.", PROTECTION),
    ]
}
