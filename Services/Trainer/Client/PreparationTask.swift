public import Model
import Schema

/// A task of kind `prepare`: prepares a dataset for training.
public struct PreparationTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "prepare"

    /// Recipe of the dataset, which determines it completely.
    public var recipe: DatasetRecipe

    /// Makes a task.
    public init(recipe: DatasetRecipe) { self.recipe = recipe }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws { recipe = try DatasetRecipe(json: Wire.PrepareTask(bytes: payload).recipe) }

    /// The encoded payload.
    public func payload() throws -> [UInt8] { try Wire.PrepareTask(recipe: recipe.canonicalJSON).encodedBytes() }
}

/// The result of a task of kind `prepare`.
public struct PreparationResult: Hashable, Sendable {
    /// Identity of the recipe, under which the registry has the dataset.
    public var recipe: String
    /// Digest of the prepared file.
    public var blob: BlobDigest

    /// Makes a result.
    public init(recipe: String, blob: BlobDigest) {
        self.recipe = recipe
        self.blob = blob
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.PrepareResult(bytes: result)
        self.init(recipe: wire.recipe, blob: try BlobDigest(wire.blob))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.PrepareResult(recipe: recipe, blob: blob.hexadecimal).encodedBytes()
    }
}
