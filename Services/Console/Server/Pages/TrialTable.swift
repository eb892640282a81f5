import DesignerClient
import Model

/// A page of a scenario's trials, ordered and filtered as the address requests.
struct TrialTable: Sendable {
    /// Trials per page.
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
    /// Only trials in this state; nil for all.
    let state: TrialState?
    /// Only trials with this text in the network's name, the origin or the failure message; empty for all.
    let text: String

    init(_ query: Query) throws {
        let name = query["sort"] ?? "number"
        guard let order = Self.columns.first(where: { $0.name == name && $0.order != nil })?.order else {
            let names = Self.columns.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")
            throw Failure(.invalidArgument, "Trials cannot be sorted by '\(name.prefix(40))'. Sort by: \(names).")
        }
        self.order = order
        self.name = name
        isDescending = query["direction"] == "down"
        page = try query.number("page", default: 1, in: 1...1_000_000)
        text = query["text"] ?? ""
        state = try query["state"].map { word in
            guard let state = TrialState.allCases.first(where: { $0.description == word }) else {
                let names = TrialState.allCases.map(\.description).joined(separator: ", ")
                throw Failure(.invalidArgument, "There is no state '\(word.prefix(40))'. Available: \(names).")
            }
            return state
        }
    }

    private var isFiltered: Bool { state != nil || !text.isEmpty }

    /// The trials of the page, and the number on all pages; nil if the filter keeps all.
    func trials(of scenario: String, _ designer: DesignerClient) async throws -> (page: [Trial], total: Int?) {
        let offset = (page - 1) * Self.pageSize
        guard isFiltered else {
            let trials = try await designer.trials(
                of: scenario, by: order, descending: isDescending, offset: offset, limit: Self.pageSize)
            return (trials, nil)
        }
        let fitting = try await all(of: scenario, designer)
        return (Array(fitting.dropFirst(offset).prefix(Self.pageSize)), fitting.count)
    }

    /// All trials that pass the filter, in the table's order.
    func all(of scenario: String, _ designer: DesignerClient) async throws -> [Trial] {
        var found: [Trial] = []
        var offset = 0
        while true {
            let trials = try await designer.trials(
                of: scenario, by: order, descending: isDescending, offset: offset, limit: 1_000)
            guard !trials.isEmpty else { return found }
            found += trials.filter(fits)
            offset += trials.count
        }
    }

    private func fits(_ trial: Trial) -> Bool {
        guard state == nil || trial.state == state else { return false }
        guard !text.isEmpty else { return true }
        let texts = [trial.networkName, trial.origin, trial.genome, trial.failure?.message ?? ""]
        return texts.contains { $0.lowercased().contains(text.lowercased()) }
    }

    /// The filter's fields, and the address of the CSV file.
    func filter(_ scenario: String) -> [String: Any] {
        [
            "text": text, "sort": name, "direction": isDescending ? "down" : "", "isFiltered": isFiltered,
            "states": TrialState.allCases.map { ["word": $0.description, "isChosen": $0 == state] as [String: Any] },
            "file": address("/scenarios/\(scenario)/trials.csv", sort: name, goesDown: isDescending, page: 1),
            "all": "/scenarios/\(scenario)#trials",
        ]
    }

    /// The column headings, each with the address that sorts by it.
    func heads(_ scenario: String) -> [[String: Any]] {
        Self.columns.map { column in
            guard let order = column.order else { return ["title": column.title] }
            let isCurrent = order == self.order
            let goesDown = isCurrent ? !isDescending : order == .objective || order == .test
            return [
                "title": column.title, "isNumber": true,
                "address": pageAddress(scenario, sort: column.name, goesDown: goesDown, page: 1),
                "sorted": isCurrent ? (isDescending ? "descending" : "ascending") : "none",
                "mark": isCurrent ? (isDescending ? "↓" : "↑") : "",
            ]
        }
    }

    /// The addresses of the previous and next pages.
    func neighbors(_ scenario: String, of total: Int) -> [String: Any] {
        let pages = max(1, (total + Self.pageSize - 1) / Self.pageSize)
        var values: [String: Any] = ["page": page, "pages": pages, "isOne": pages == 1]
        if page > 1 {
            values["previous"] = pageAddress(scenario, sort: name, goesDown: isDescending, page: page - 1)
        }
        if page < pages { values["next"] = pageAddress(scenario, sort: name, goesDown: isDescending, page: page + 1) }
        return values
    }

    private func pageAddress(_ scenario: String, sort: String, goesDown: Bool, page: Int) -> String {
        address("/scenarios/\(scenario)", sort: sort, goesDown: goesDown, page: page) + "#trials"
    }

    private func address(_ path: String, sort: String, goesDown: Bool, page: Int) -> String {
        let changes: [String: String?] = [
            "sort": sort, "direction": goesDown ? "down" : nil, "page": page > 1 ? "\(page)" : nil,
            "state": state?.description, "text": text.isEmpty ? nil : text,
        ]
        return Query().address(path, changes)
    }
}
