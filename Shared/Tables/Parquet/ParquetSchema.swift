/// How the values of a leaf of a Parquet file are stored.
enum ParquetType: Int {
    case boolean, int32, int64, int96, float, double, bytes, fixed
}

/// The logical type of the values of a leaf.
enum ParquetMeaning: Hashable {
    case plain
    case text
    case unsigned
    case decimal(scale: Int)
    case date
    /// Ticks per second.
    case timestamp(Double)
    case half
}

/// One leaf of a Parquet schema: a stored column.
struct ParquetLeaf {
    var name: String
    var path: [String]
    var type: ParquetType
    var length: Int
    var meaning: ParquetMeaning
    /// Highest definition level.
    var definition = 0
    /// Definition level at which each repeated node around it has an element.
    var repetitions: [Int] = []

    /// Leaves of a schema, in order.
    static func leaves(_ elements: [ThriftValue]) throws -> [ParquetLeaf] {
        var index = 1
        var leaves: [ParquetLeaf] = []
        let children = elements.first?[5]?.integer ?? 0
        for _ in 0..<max(0, children) { try walk(elements, &index, Place(), &leaves) }
        return leaves
    }

    /// The state on the path to a leaf.
    private struct Place {
        var path: [String] = []
        var names: [String] = []
        var definition = 0
        var repetitions: [Int] = []
        /// Whether the parent node is a list, or the repeated node of a list.
        var (isList, isRepeated) = (false, false)
        var depth = 0
    }

    private static func walk(
        _ elements: [ThriftValue], _ index: inout Int, _ place: Place, _ leaves: inout [ParquetLeaf]
    ) throws {
        guard index < elements.count, place.depth < 32 else { throw ThriftReader.Problem() }
        let element = elements[index]
        index += 1
        let name = element[4]?.text ?? ""
        var inner = place
        inner.depth += 1
        inner.path.append(name)
        let repetition = element[3]?.integer ?? 0
        // Lists have a repeated node and an element node between their name and their values.
        let isWrapper = place.isList && repetition == 2 || place.isRepeated && ["element", "item"].contains(name)
        if !isWrapper { inner.names.append(name) }
        if repetition > 0 { inner.definition += 1 }
        if repetition == 2 { inner.repetitions.append(inner.definition) }
        inner.isRepeated = place.isList && repetition == 2
        inner.isList = element[6]?.integer == 3 || element[10]?[3] != nil
        if let children = element[5]?.integer, children > 0 {
            for _ in 0..<children { try walk(elements, &index, inner, &leaves) }
            return
        }
        guard let type = element[1]?.integer.flatMap(ParquetType.init) else { throw ThriftReader.Problem() }
        leaves.append(
            ParquetLeaf(
                name: inner.names.joined(separator: "."), path: inner.path, type: type,
                length: element[2]?.integer ?? 0, meaning: meaning(of: element), definition: inner.definition,
                repetitions: inner.repetitions))
    }

    private static func meaning(of element: ThriftValue) -> ParquetMeaning {
        let logical = element[10]
        if let timestamp = logical?[8] {
            let unit = timestamp[2]
            return .timestamp(unit?[1] != nil ? 1e3 : unit?[2] != nil ? 1e6 : 1e9)
        }
        if logical?[15] != nil { return .half }
        if logical?[5] != nil || element[6]?.integer == 5 {
            return .decimal(scale: element[7]?.integer ?? logical?[5]?[1]?.integer ?? 0)
        }
        switch element[6]?.integer {
        case 0, 4, 19: return .text
        case 6: return .date
        case 9: return .timestamp(1e3)
        case 10: return .timestamp(1e6)
        case 11, 12, 13, 14: return .unsigned
        default: return logical?[1] != nil ? .text : .plain
        }
    }
}
