import Model
import Schema
import WorkQueueClient

extension TrainingOptions {
    /// - Throws: `Failure` if this version does not know a choice.
    init(_ wire: Wire.TrainingOptions) throws {
        self.init(
            schedule: LearningSchedule(
                try Self.choice(wire.schedule, "schedule"), warmUp: wire.warmUp,
                clipping: wire.clipping == 0 ? nil : wire.clipping),
            loss: TrainingLoss(
                labelSmoothing: wire.labelSmoothing, classWeights: try Self.choice(wire.classWeights, "class weights"),
                huber: wire.huber == 0 ? nil : wire.huber),
            patience: wire.patience == 0 ? nil : Int(wire.patience), keepsBest: wire.keepsBest,
            augmentation: try Self.choice(wire.augmentation, "augmentation"), flips: wire.flips,
            needs: try ComputeNeeds(device: wire.device, memory: wire.memory))
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String, _ what: String
    ) throws -> Choice {
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no \(what) '\(text)'; use one of \(known).")
        }
        return choice
    }
}

extension Wire.TrainingOptions {
    init(_ options: TrainingOptions) {
        self.init(
            schedule: options.schedule.shape.rawValue, warmUp: options.schedule.warmUp,
            clipping: options.schedule.clipping ?? 0, labelSmoothing: options.loss.labelSmoothing,
            classWeights: options.loss.classWeights.rawValue, huber: options.loss.huber ?? 0,
            patience: UInt32(clamping: options.patience ?? 0), keepsBest: options.keepsBest,
            augmentation: options.augmentation.rawValue, flips: options.flips,
            device: options.needs.device?.rawValue ?? "", memory: options.needs.memory)
    }
}
