public import Messaging
public import Schema

// MARK: - Blobs

extension Route where Request == Wire.BlobStatRequest, Reply == Wire.BlobStatReply {
    /// What the registry holds of a blob.
    public static var blobStat: Self { Self("blob.stat", .read) }
}

extension Route where Request == Wire.BlobWriteRequest, Reply == Wire.BlobStatReply {
    /// One chunk, in the attachment; the reply says where to go on.
    public static var blobWrite: Self { Self("blob.write", .store) }
}

extension Route where Request == Wire.BlobReadRequest, Reply == Wire.BlobReadReply {
    /// One chunk, returned in the attachment.
    public static var blobRead: Self { Self("blob.read", .read) }
}

extension Route where Request == Wire.BlobVerifyRequest, Reply == Wire.BlobVerifyReply {
    /// Hashes blobs again, some at a time.
    public static var blobVerify: Self { Self("blob.verify", .operate) }
}

extension Route where Request == Wire.BlobCollectRequest, Reply == Wire.BlobCollectReply {
    /// Removes blobs that nothing refers to.
    public static var blobCollect: Self { Self("blob.collect", .operate) }
}

// MARK: - Catalogue

extension Route where Request == Wire.BaseNetwork, Reply == Wire.BaseNetwork {
    /// Registers a base network; safe to repeat.
    public static var networkPut: Self { Self("network.put", .store) }
}

extension Route where Request == Wire.CatalogueGetRequest, Reply == Wire.BaseNetwork {
    /// One base network with its description.
    public static var networkGet: Self { Self("network.get", .read) }
}

extension Route where Request == Wire.CatalogueListRequest, Reply == Wire.BaseNetworkListReply {
    /// Base networks without descriptions, in the order asked for.
    public static var networkList: Self { Self("network.list", .read) }
}

extension Route where Request == Wire.PretrainedModel, Reply == Wire.PretrainedModel {
    /// Registers a pretrained model; safe to repeat.
    public static var modelPut: Self { Self("model.put", .submit) }
}

extension Route where Request == Wire.CatalogueGetRequest, Reply == Wire.PretrainedModel {
    /// One pretrained model.
    public static var modelGet: Self { Self("model.get", .read) }
}

extension Route where Request == Wire.CatalogueListRequest, Reply == Wire.PretrainedModelListReply {
    /// Pretrained models, in the order asked for.
    public static var modelList: Self { Self("model.list", .read) }
}

extension Route where Request == Wire.Dataset, Reply == Wire.Dataset {
    /// Registers a prepared dataset; safe to repeat.
    public static var datasetPut: Self { Self("dataset.put", .store) }
}

extension Route where Request == Wire.CatalogueGetRequest, Reply == Wire.Dataset {
    /// One prepared dataset by its recipe.
    public static var datasetGet: Self { Self("dataset.get", .read) }
}

extension Route where Request == Wire.CatalogueListRequest, Reply == Wire.DatasetListReply {
    /// Prepared datasets by recipe.
    public static var datasetList: Self { Self("dataset.list", .read) }
}

extension Route where Request == Wire.CatalogueGetRequest, Reply == Wire.PretrainedModel {
    /// Removes a model that nothing uses; the reply is what it was.
    public static var modelRemove: Self { Self("model.remove", .operate) }
}

extension Route where Request == Wire.CatalogueGetRequest, Reply == Wire.Dataset {
    /// Removes a prepared dataset that no model was trained on; the reply is what it was.
    public static var datasetRemove: Self { Self("dataset.remove", .operate) }
}

extension Route where Request == Wire.Empty, Reply == Wire.StorageReply {
    /// What takes how much room.
    public static var registryStorage: Self { Self("registry.storage", .read) }
}

extension Route where Request == Wire.StageRequest, Reply == Wire.PretrainedModel {
    /// Moves a model to another stage.
    public static var modelStage: Self { Self("model.stage", .operate) }
}

extension Route where Request == Wire.StageListRequest, Reply == Wire.StageListReply {
    /// Which model was at which stage when, newest first.
    public static var stageList: Self { Self("stage.list", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.CatalogueStatistics {
    /// What the registry holds, in numbers.
    public static var catalogueStatistics: Self { Self("catalogue.statistics", .read) }
}

// MARK: - Dictionaries

extension Route where Request == Wire.DictionaryListRequest, Reply == Wire.DictionaryListReply {
    /// The terms of one dictionary or of all.
    public static var dictionaryList: Self { Self("dictionary.list", .read) }
}

extension Route where Request == Wire.CodeMessage, Reply == Wire.CodeMessage {
    /// An artificial code from text to integers; unknown terms are added.
    public static var codeEncode: Self { Self("code.encode", .submit) }
    /// An artificial code from integers to text.
    public static var codeDecode: Self { Self("code.decode", .read) }
}
