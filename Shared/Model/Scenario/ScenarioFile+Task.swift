extension ScenarioFile {
    /// The task: what the file says, or else what follows from the target.
    static func task(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Task {
        let chosen = try reader.choice("task", of: Scenario.Task.self)
        guard case .prepared(let prepared) = data else { return chosen ?? .classification }
        let task = Scenario.Task(prepared.target.kind)
        guard chosen == nil || chosen == task else {
            throw reader.wrong(
                "task", "the target of this data calls for \(task.rawValue); set 'kind' under 'target' to change it."
            )
        }
        return task
    }

    /// The metric of a task. The data, the task and the objective must fit together.
    static func objective(of task: Scenario.Task, on data: ScenarioData, _ goals: Goals) throws -> Metric {
        let isVideo = data.video != nil
        guard isVideo == (task == .tracking) else {
            throw Failure(
                .invalidArgument,
                isVideo
                    ? "task: a video is for following people, not for classification; use task: tracking."
                    : "task: tracking requires a video, such as video: {dataset: \(Preset.example(.video)), detectors: "
                        + "[yolov8n_bytetrack]}."
            )
        }
        guard let chosen = goals.metric else { return Metric.usual(for: task) }
        guard chosen.tasks.contains(task) else {
            throw Failure(
                .invalidArgument,
                "\(goals.place): \(task.rawValue) is not measured by \(chosen.name) but by "
                    + "\(Metric.of(task).map(\.name).joined(separator: ", ")).")
        }
        if task == .classification, chosen == .topFiveAccuracy, data.target.outputs <= 5 {
            throw Failure(
                .invalidArgument,
                "\(goals.place): with \(data.target.outputs) classes, one of the top five is always right; use "
                    + "accuracy."
            )
        }
        return chosen
    }
}
