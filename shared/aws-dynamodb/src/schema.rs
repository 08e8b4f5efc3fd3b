//! The table's definition: what `template.yaml` declares and what the tests create.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

/// The index of every job by the end of its time.
pub const BY_EXPIRY: &str = "by-expiry";
/// The index of jobs that wait for a stage, by their last write.
pub const BY_STALL: &str = "by-stall";

/// The request that makes the table; it lacks only the table's name.
pub fn table_definition() -> Result<CreateTableInputBuilder, BuildError> {
    use ScalarAttributeType::{N, S};
    let attributes = [
        ("pk", S),
        ("sk", S),
        ("expiry_shard", S),
        ("expiry_at", N),
        ("stall_shard", S),
        ("stall_at", N),
    ];
    let mut table = CreateTableInputBuilder::default().billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in attributes {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        table = table.attribute_definitions(attribute.attribute_type(kind).build()?);
    }
    Ok(table
        .set_key_schema(Some(key_schema("pk", "sk")?))
        .global_secondary_indexes(index(BY_EXPIRY, "expiry_shard", "expiry_at")?)
        .global_secondary_indexes(index(BY_STALL, "stall_shard", "stall_at")?))
}

fn key_schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |name: &str, kind| {
        let element = KeySchemaElement::builder().attribute_name(name);
        element.key_type(kind).build()
    };
    Ok(vec![
        element(hash, KeyType::Hash)?,
        element(range, KeyType::Range)?,
    ])
}

fn index(name: &str, hash: &str, range: &str) -> Result<GlobalSecondaryIndex, BuildError> {
    let keys_only = Projection::builder().projection_type(ProjectionType::KeysOnly);
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(hash, range)?))
        .projection(keys_only.build())
        .build()
}
