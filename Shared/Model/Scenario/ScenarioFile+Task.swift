extension ScenarioFile {
    /// What is to be learned: what the file says, or else what the data's target is.
    static func task(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Task {
        let chosen = try reader.choice("task", of: Scenario.Task.self)
        guard case .prepared(let prepared) = data else { return chosen ?? .classification }
        let task = Scenario.Task(prepared.target.kind)
        guard chosen == nil || chosen == task else {
            throw reader.wrong(
                "task", "the target of these data is one of \(task.rawValue); write 'kind' under 'target' to change it."
            )
        }
        return task
    }

    /// What a task is measured by; the data, the task and the objective must fit together.
    static func objective(
        of task: Scenario.Task, on data: ScenarioData, _ chosen: Scenario.Objective?
    ) throws -> Scenario.Objective {
        let isVideo = data.video != nil
        guard isVideo == (task == .tracking) else {
            throw Failure(
                .invalidArgument,
                isVideo
                    ? "task: people in a video are followed, not classified; write task: tracking."
                    : "task: tracking needs a video, such as video: {dataset: mot16, detectors: [yolov8n_bytetrack]}.")
        }
        let possible: [Scenario.Objective] = isVideo ? [.idf1, .mota, .hota] : [.accuracy]
        guard let chosen else { return possible[0] }
        guard possible.contains(chosen) else {
            throw Failure(
                .invalidArgument,
                "objective.maximise: \(task.rawValue) is not measured by \(chosen.rawValue) but by "
                    + "\(possible.map(\.rawValue).joined(separator: ", ")).")
        }
        return chosen
    }
}

extension Scenario.Task {
    /// The task of a target.
    init(_ kind: Target.Kind) {
        switch kind {
        case .classification: self = .classification
        case .multiLabel: self = .multiLabel
        case .regression: self = .regression
        }
    }
}
