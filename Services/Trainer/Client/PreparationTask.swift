public import Model
import Schema

/// A task of kind `prepare`: makes a dataset ready for training.
public struct PreparationTask: Hashable, Sendable {
    /// The kind of task that the queue knows it by.
    public static let kind = "prepare"

    /// Everything that determines the dataset.
    public var recipe: DatasetRecipe

    /// Describes a task.
    public init(recipe: DatasetRecipe) { self.recipe = recipe }

    /// Reads a task's payload.
    public init(payload: [UInt8]) throws { recipe = try DatasetRecipe(json: Wire.PrepareTask(bytes: payload).recipe) }

    /// The task's payload.
    public func payload() throws -> [UInt8] { try Wire.PrepareTask(recipe: recipe.canonicalJSON).encodedBytes() }
}

/// What comes of a task of kind `prepare`.
public struct PreparationResult: Hashable, Sendable {
    /// Identity of the recipe, under which the registry has the dataset.
    public var recipe: String
    /// The prepared file.
    public var blob: BlobDigest

    /// Makes a result.
    public init(recipe: String, blob: BlobDigest) {
        self.recipe = recipe
        self.blob = blob
    }

    /// Reads a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.PrepareResult(bytes: result)
        self.init(recipe: wire.recipe, blob: try BlobDigest(wire.blob))
    }

    /// The task's result.
    public func encoded() throws -> [UInt8] {
        try Wire.PrepareResult(recipe: recipe, blob: blob.hexadecimal).encodedBytes()
    }
}
