extension ScenarioFile {
    /// What networks learn from, according to the group `training`.
    static func learning(_ fields: FieldReader?, _ data: ScenarioData) throws -> Learning {
        guard let fields else { return Learning() }
        let classes = data.recipe?.labels?.count ?? data.target.outputs
        let learning = Learning(
            try fields.choice("learning", of: Learning.Mode.self) ?? .supervised,
            labels: try fields.count("labels", in: 1...data.counts.training, fallback: nil),
            pretraining: try pretraining(fields),
            transfer: try fields.choice("transfer", of: Learning.Transfer.self) ?? .probe)
        if data.target.kind != .classification, learning.labels != nil || learning.mode == .semiSupervised {
            throw fields.wrong(
                learning.labels == nil ? "learning" : "labels",
                "labels are chosen by class, and this data has no classes; leave it out.")
        }
        let kinds = Set(data.inputs.values.map(\.kind))
        guard learning.mode == .supervised || kinds.isSubset(of: [.image, .audio]) else {
            throw fields.wrong("learning", "needs pictures or sound, because samples are distorted; leave it out.")
        }
        if let labels = learning.labels, labels < classes {
            throw fields.wrong(
                "labels", "\(labels) labels are too few: each of the \(classes) classes needs at least one.")
        }
        if learning.mode == .semiSupervised, learning.labels == nil {
            throw fields.wrong("labels", "semi-supervised learning requires the number of labels, such as 100.")
        }
        if !learning.mode.isPretrained, let key = ["pretraining", "transfer"].first(where: fields.keys.contains) {
            throw fields.wrong(
                key, "\(learning.mode.rawValue) learning has no such step; use autoencoder or contrastive.")
        }
        return learning
    }

    /// What the best networks learn from; they may learn longer without labels.
    static func finalLearning(_ fields: FieldReader?, after learning: Learning) throws -> Learning {
        var final = learning
        guard let fields, fields.keys.contains("pretraining") else { return final }
        guard learning.mode.isPretrained else {
            throw fields.wrong("pretraining", "requires 'training.learning' to be autoencoder or contrastive.")
        }
        final.pretraining = try pretraining(fields)
        return final
    }

    private static func pretraining(_ fields: FieldReader) throws -> Int? {
        try fields.integer("pretraining")
    }

    /// Fusions are trained on features, and trackers not at all.
    static func refuse(_ keys: [String], of reader: FieldReader, because what: String) throws {
        guard let fields = try reader.fields("training") else { return }
        if let key = keys.first(where: fields.keys.contains) {
            throw fields.wrong(key, "\(what); leave it out.")
        }
    }
}
