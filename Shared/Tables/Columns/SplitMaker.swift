import Model

/// Splits samples into training, validation and test.
struct SplitMaker {
    /// Default share of validation and of test.
    static let usualShare = 0.15
    /// Minimum number of groups for keeping them together without being asked.
    static let fewestGroups = 5

    /// Samples that training, validation and test need: one each.
    static let fewestSamples = 3

    /// The failure of data that have fewer.
    static func tooFew(_ count: Int, _ what: String) -> Failure {
        Failure(
            .invalidArgument,
            "There are too few \(what): \(count); training, validation and test need at least \(fewestSamples).")
    }

    let settings: DataSettings.Split
    /// Notes for the user about what was done.
    private(set) var notes: [String] = []

    init(_ settings: DataSettings.Split) { self.settings = settings }

    /// What is known about the samples.
    struct Samples {
        /// For each sample, the split given by the data; nil if there is none.
        var given: [SamplePart?]
        /// For each sample, the class or rarest label; empty for numbers.
        var classes: [Int32]
        /// Names of the classes, for messages.
        var names: [String]
        /// For each sample, the number of its group, from 0; empty if there are no groups.
        var groups: [Int32]
        /// For each sample, the rank of its time; empty if there is no time.
        var times: [Double]
    }

    /// The split of each sample.
    mutating func parts(of samples: Samples) throws -> [SamplePart] {
        let count = samples.given.count
        guard count >= Self.fewestSamples else { throw Self.tooFew(count, "samples with a target") }
        let present = Set(samples.given.compactMap { $0 })
        var parts = samples.given.map { $0 ?? .training }
        // Splits that the data lacks are drawn from the training split.
        var wanted: [SamplePart] = []
        if !present.contains(.test) && settings.test != 0 { wanted.append(.test) }
        if !present.contains(.validation) { wanted.append(.validation) }
        guard !wanted.isEmpty else {
            noteClassesMissing(parts, samples)
            return parts
        }
        let pool = parts.indices.filter { parts[$0] == .training }
        guard pool.count > wanted.count else {
            throw Failure(
                .invalidArgument,
                "The data's own splits leave \(pool.count) samples for training, and "
                    + "\(wanted.map(\.name).joined(separator: " and ")) must be drawn from them, so nothing is left to "
                    + "learn from.")
        }
        if !present.isEmpty {
            notes.append(
                "The data comes with \(present.map(\.name).sorted().joined(separator: " and ")); "
                    + "\(wanted.map(\.name).joined(separator: " and ")) is drawn from the training samples.")
        }
        let shares = wanted.map { part in
            (part, (part == .test ? settings.test : settings.validation) ?? Self.usualShare)
        }
        if !samples.times.isEmpty {
            try drawByTime(shares, pool, samples, &parts)
        } else if !samples.groups.isEmpty {
            try drawByGroup(shares, pool, samples, &parts)
        } else {
            drawByClass(shares, pool, samples, &parts)
        }
        noteClassesMissing(parts, samples)
        return parts
    }

    // MARK: - By class

    private mutating func drawByClass(
        _ shares: [(part: SamplePart, share: Double)], _ pool: [Int], _ samples: Samples, _ parts: inout [SamplePart]
    ) {
        var members: [[Int]] = Array(repeating: [], count: max(1, samples.names.count))
        for sample in pool { members[samples.classes.isEmpty ? 0 : Int(samples.classes[sample])].append(sample) }
        var (rest, sizes) = (shares.map { _ in 0.0 }, members.indices.sorted { members[$0].count > members[$1].count })
        sizes.removeAll { members[$0].isEmpty }
        var small: [String] = []
        var turn = 0
        var generator = SplitMix64(seed: settings.seed)
        for index in sizes {
            var order = members[index]
            generator.shuffle(&order)
            var free = order.count
            for (place, share) in shares.enumerated() {
                // What one class loses by rounding, another gains.
                let exact = Double(order.count) * share.share + rest[place]
                var taken = Int(exact.rounded())
                if order.count >= 3 && share.share > 0 { taken = max(1, taken) }
                taken = min(taken, max(0, free - (order.count >= 2 ? 1 : order.count)))
                // A class of two gives one to a part, in turn.
                if order.count < 3 {
                    taken = order.count == 2 && place == turn % shares.count && share.share > 0 ? 1 : 0
                }
                rest[place] = max(-1, min(1, exact - Double(taken)))
                for sample in order[(free - taken)..<free] { parts[sample] = share.part }
                free -= taken
            }
            if order.count == 2 { turn += 1 }
            if order.count < 3 && !samples.classes.isEmpty { small.append(samples.names[index]) }
        }
        if !small.isEmpty {
            notes.append(
                "\(small.count) classes have fewer than 3 samples, so some split lacks them: "
                    + "\(small.sorted().prefix(5).joined(separator: ", "))\(small.count > 5 ? "…" : "").")
        }
    }

    // MARK: - By group

    private mutating func drawByGroup(
        _ shares: [(part: SamplePart, share: Double)], _ pool: [Int], _ samples: Samples, _ parts: inout [SamplePart]
    ) throws {
        var members: [Int32: [Int]] = [:]
        for sample in pool { members[samples.groups[sample], default: []].append(sample) }
        let needed = shares.count + 1
        guard members.count >= needed else {
            throw Failure(
                .invalidArgument,
                "data.split.group: '\(settings.group ?? "")' has \(members.count) different values, but \(needed) "
                    + "splits need at least \(needed).")
        }
        var order = members.keys.sorted()
        var generator = SplitMix64(seed: settings.seed)
        generator.shuffle(&order)
        let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        order.sort {
            (members[$1]?.count ?? 0, rank[$0] ?? 0) < (members[$0]?.count ?? 0, rank[$1] ?? 0)
        }
        let classes = max(1, samples.names.count)
        var totals = [Double](repeating: 0, count: classes)
        for sample in pool { totals[samples.classes.isEmpty ? 0 : Int(samples.classes[sample])] += 1 }
        let drawn = shares.reduce(0) { $0 + $1.share }
        let all: [(part: SamplePart, share: Double)] = [(.training, max(0, 1 - drawn))] + shares
        // Each group goes to the split that lacks its classes most; rare classes count as much as frequent ones.
        var lacking = all.map { share in totals.map { $0 * share.share } }
        var room = all.map { Double(pool.count) * $0.share }
        var isEmpty = all.map { _ in true }
        for (index, group) in order.enumerated() {
            let samplesOfGroup = members[group] ?? []
            var own: [Int: Double] = [:]
            for sample in samplesOfGroup {
                own[samples.classes.isEmpty ? 0 : Int(samples.classes[sample]), default: 0] += 1
            }
            let empty = isEmpty.indices.filter { isEmpty[$0] }
            let choices = order.count - index <= empty.count ? empty : Array(all.indices)
            let scores = choices.map { place -> Double in
                let need = own.sorted { $0.key < $1.key }.reduce(0.0) { sum, item in
                    sum + min(item.value, max(0, lacking[place][item.key])) / max(1, totals[item.key])
                }
                let overflow = max(0, Double(samplesOfGroup.count) - room[place]) / Double(pool.count)
                return need - 4 * overflow + 1e-3 * room[place] / Double(pool.count)
            }
            guard let best = scores.indices.max(by: { (scores[$0], -$0) < (scores[$1], -$1) }) else { continue }
            let place = choices[best]
            for (name, count) in own { lacking[place][name] -= count }
            room[place] -= Double(samplesOfGroup.count)
            isEmpty[place] = false
            for sample in samplesOfGroup { parts[sample] = all[place].part }
        }
        noteGroupsAcross(parts, samples)
    }

    private mutating func noteGroupsAcross(_ parts: [SamplePart], _ samples: Samples) {
        var seen: [Int32: SamplePart] = [:]
        var across: Set<Int32> = []
        for (sample, part) in parts.enumerated() {
            let group = samples.groups[sample]
            if let other = seen[group], other != part { across.insert(group) } else { seen[group] = part }
        }
        if !across.isEmpty {
            notes.append("\(across.count) groups are in more than one of the data's own splits.")
        }
    }

    // MARK: - By time

    private mutating func drawByTime(
        _ shares: [(part: SamplePart, share: Double)], _ pool: [Int], _ samples: Samples, _ parts: inout [SamplePart]
    ) throws {
        let order = pool.sorted { (samples.times[$0], $0) < (samples.times[$1], $1) }
        var end = order.count
        for (part, share) in shares {
            var start = max(1, end - max(1, Int((Double(order.count) * share).rounded())))
            // Samples of the same time stay together.
            while start > 1, samples.times[order[start - 1]] == samples.times[order[start]] { start -= 1 }
            guard start < end, start >= 1, samples.times[order[start - 1]] != samples.times[order[start]] else {
                throw Failure(
                    .invalidArgument,
                    "data.split.time: '\(settings.time ?? "")' has too few different times to split the samples.")
            }
            for sample in order[start..<end] { parts[sample] = part }
            end = start
        }
    }

    private mutating func noteClassesMissing(_ parts: [SamplePart], _ samples: Samples) {
        guard !samples.classes.isEmpty else { return }
        var inTraining = Array(repeating: false, count: samples.names.count)
        var elsewhere = inTraining
        for (sample, part) in parts.enumerated() {
            if part == .training {
                inTraining[Int(samples.classes[sample])] = true
            } else {
                elsewhere[Int(samples.classes[sample])] = true
            }
        }
        let lost = inTraining.indices.filter { !inTraining[$0] && elsewhere[$0] }.map { samples.names[$0] }
        if !lost.isEmpty {
            notes.append(
                "No training sample has these classes, so networks cannot learn them: "
                    + "\(lost.prefix(5).joined(separator: ", "))\(lost.count > 5 ? "…" : "").")
        }
    }
}
