extension ScenarioFile {
    /// What a task is measured by; the data, the task and the objective must fit together.
    static func objective(
        of task: Scenario.Task, on recipe: DatasetRecipe, _ chosen: Scenario.Objective?
    ) throws -> Scenario.Objective {
        let isVideo = recipe.video != nil
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
