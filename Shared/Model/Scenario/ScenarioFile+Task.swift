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

    /// What a task is judged by; the data, the task and the objective must fit together.
    static func objective(of task: Scenario.Task, on data: ScenarioData, _ goals: Goals) throws -> Metric {
        let isVideo = data.video != nil
        guard isVideo == (task == .tracking) else {
            throw Failure(
                .invalidArgument,
                isVideo
                    ? "task: people in a video are followed, not classified; write task: tracking."
                    : "task: tracking needs a video, such as video: {dataset: mot16, detectors: [yolov8n_bytetrack]}.")
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
                "\(goals.place): of \(data.target.outputs) classes always one of the five surest is right; take accuracy."
            )
        }
        return chosen
    }
}
