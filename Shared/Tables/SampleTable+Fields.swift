extension SampleTable {
    /// Names of the source's fields that a column is made from: its own, or those of the steps of a series.
    public func fieldNames(of column: Int) -> [String] { columns[column].fields.map { opened.rows.names[$0] } }
}
