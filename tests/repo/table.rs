//! The table that the template makes is the one that the adapter writes to.

use crate::template;

#[test]
fn the_template_makes_the_adapters_table() {
    let wanted = aws_dynamodb::table_definition().unwrap();
    let mut lines = Vec::new();
    for attribute in wanted.get_attribute_definitions().iter().flatten() {
        let (name, kind) = (attribute.attribute_name(), attribute.attribute_type());
        lines.push(format!(
            "- {{ AttributeName: {name}, AttributeType: {kind} }}"
        ));
    }
    for element in wanted.get_key_schema().iter().flatten() {
        let (name, kind) = (element.attribute_name(), element.key_type());
        lines.push(format!("- {{ AttributeName: {name}, KeyType: {kind} }}"));
    }
    for index in wanted.get_global_secondary_indexes().iter().flatten() {
        lines.push(format!("- IndexName: {}", index.index_name()));
        for element in index.key_schema() {
            let (name, kind) = (element.attribute_name(), element.key_type());
            lines.push(format!("- {{ AttributeName: {name}, KeyType: {kind} }}"));
        }
        let kind = index.projection().and_then(|one| one.projection_type());
        let kind = kind.expect("a projection");
        lines.push(format!("Projection: {{ ProjectionType: {kind} }}"));
    }
    let table = template::resource("Table");
    let starts = ["- ", "Projection:"];
    let made = table.lines.iter().map(|line| line.trim().to_owned());
    let made: Vec<_> = made
        .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(made, lines);
    assert_eq!(table.value("BillingMode"), Some("PAY_PER_REQUEST"));
    assert_eq!(
        table.value("TimeToLiveSpecification"),
        Some("{ AttributeName: ttl, Enabled: true }")
    );
}
