-- Products of deals: what is due once and what comes again, a discount in percent or as an amount, and the price list a price
-- is from. A deal's amount may follow its products.

alter table price_list_entry drop constraint price_list_entry_billing_check;
alter table price_list_entry add constraint price_list_entry_billing_check check (billing in ('one_off', 'monthly', 'quarterly', 'yearly'));

alter table opportunity_line
    add column billing          text not null default 'one_off' check (billing in ('one_off', 'monthly', 'quarterly', 'yearly')),
    -- How long it comes again; nothing for what is due once.
    add column term_months      int check (term_months between 1 and 600),
    -- Off the line's total, in its currency; instead of a percentage.
    add column discount_minor   bigint check (discount_minor >= 0),
    add column price_list_id    uuid,
    add constraint opportunity_line_term_check check ((billing = 'one_off') = (term_months is null)),
    add constraint opportunity_line_discount_once_check check (discount_minor is null or discount = 0),
    add foreign key (org_id, price_list_id) references price_list (org_id, id) on delete set null (price_list_id);
create index opportunity_line_price_list on opportunity_line (org_id, price_list_id) where price_list_id is not null;

-- The amount is what the products come to over their terms, and follows them.
alter table opportunity add column amount_from_lines boolean not null default false;
