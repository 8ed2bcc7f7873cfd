mod configuration;
mod currencies;
mod custom_fields;
mod import;
mod lists;
mod managed_lists;
mod opportunity;
mod pipelines;
