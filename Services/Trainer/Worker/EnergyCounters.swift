import Foundation

/// The energy counters of a machine's processors and memory: RAPL, as Linux shows it in `/sys/class/powercap`.
struct EnergyCounters: Sendable {
    /// One counter, which wraps around to zero after `range`.
    struct Counter: Hashable, Sendable {
        let file: URL
        /// Largest value, in microjoules.
        let range: UInt64
    }

    private let counters: [Counter]

    /// The counters of this machine; nil if there are none, or if this user may not read them (by default, only root may).
    static let machine = EnergyCounters(in: URL(filePath: "/sys/class/powercap"))

    /// Finds the counters of processor packages and their memory. Other domains are parts of packages, or contain them.
    init?(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        counters = names.filter { $0.hasPrefix("intel-rapl:") }.sorted().compactMap { name in
            let domain = folder.appending(path: name)
            let isPackage = Self.text(domain, "name")?.hasPrefix("package") == true
            guard isPackage || Self.text(domain, "name") == "dram",
                let range = Self.text(domain, "max_energy_range_uj").flatMap({ UInt64($0) })
            else { return nil }
            return Counter(file: domain.appending(path: "energy_uj"), range: range)
        }
        guard !counters.isEmpty, values != nil else { return nil }
    }

    /// The values of all counters in microjoules; nil if one cannot be read.
    var values: [UInt64]? {
        let values = counters.compactMap { Self.text($0.file, "").flatMap { UInt64($0) } }
        return values.count == counters.count ? values : nil
    }

    /// Joules between two readings, which must not be further apart than a counter's range: minutes at full load.
    func joules(from first: [UInt64], to last: [UInt64]) -> Double {
        zip(counters, zip(first, last)).reduce(0) { sum, each in
            let (counter, (first, last)) = each
            return sum + Double(last >= first ? last - first : last + (counter.range - first)) / 1e6
        }
    }

    private static func text(_ folder: URL, _ name: String) -> String? {
        let file = name.isEmpty ? folder : folder.appending(path: name)
        return (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
