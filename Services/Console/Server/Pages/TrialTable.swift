import DesignerClient
import Model

/// A page of a scenario's trials in some order, as the address asks for it.
struct TrialTable: Sendable {
    /// Trials on one page.
    static let pageSize = 25

    private static let columns: [(title: String, name: String, order: TrialOrder?)] = [
        ("#", "number", .number), ("Network", "", nil), ("Origin", "", nil), ("State", "", nil),
        ("Validation", "objective", .objective), ("Test", "test", .test),
        ("Parameters", "parameters", .parameters), ("Latency", "latency", .latency), ("Training", "seconds", .seconds),
    ]

    let order: TrialOrder
    let name: String
    let isDescending: Bool
    let page: Int

    init(_ query: Query) throws {
        let name = query["sort"] ?? "number"
        guard let order = Self.columns.first(where: { $0.name == name && $0.order != nil })?.order else {
            let names = Self.columns.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")
            throw Failure(.invalidArgument, "Trials cannot be sorted by '\(name.prefix(40))'; by these: \(names).")
        }
        self.order = order
        self.name = name
        isDescending = query["direction"] == "down"
        page = try query.number("page", default: 1, in: 1...1_000_000)
    }

    func trials(of scenario: String, _ designer: DesignerClient) async throws -> [Trial] {
        try await designer.trials(
            of: scenario, by: order, descending: isDescending, offset: (page - 1) * Self.pageSize, limit: Self.pageSize)
    }

    /// The heads of the columns, each with the address that sorts by it.
    func heads(_ scenario: String) -> [[String: Any]] {
        Self.columns.map { column in
            guard let order = column.order else { return ["title": column.title] }
            let isCurrent = order == self.order
            let goesDown = isCurrent ? !isDescending : order == .objective || order == .test
            return [
                "title": column.title, "isNumber": true,
                "address": address(scenario, sort: column.name, goesDown: goesDown, page: 1),
                "sorted": isCurrent ? (isDescending ? "descending" : "ascending") : "none",
                "mark": isCurrent ? (isDescending ? "↓" : "↑") : "",
            ]
        }
    }

    /// Where the pages before and after are.
    func neighbours(_ scenario: String, of total: Int) -> [String: Any] {
        let pages = max(1, (total + Self.pageSize - 1) / Self.pageSize)
        var values: [String: Any] = ["page": page, "pages": pages, "isOne": pages == 1]
        if page > 1 {
            values["previous"] = address(scenario, sort: name, goesDown: isDescending, page: page - 1)
        }
        if page < pages { values["next"] = address(scenario, sort: name, goesDown: isDescending, page: page + 1) }
        return values
    }

    private func address(_ scenario: String, sort: String, goesDown: Bool, page: Int) -> String {
        let direction = goesDown ? "down" : nil
        let number = page > 1 ? "\(page)" : nil
        return Query().address("/scenarios/\(scenario)", ["sort": sort, "direction": direction, "page": number])
            + "#trials"
    }
}
