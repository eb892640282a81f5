package import Messaging
package import Schema

// MARK: - Blobs

extension Route where Request == Wire.BlobStatRequest, Reply == Wire.BlobStatReply {
    /// How much of a blob the registry has.
    package static var blobStat: Route<Wire.BlobStatRequest, Wire.BlobStatReply> { .init("blob.stat", .read) }
}

extension Route where Request == Wire.BlobWriteRequest, Reply == Wire.BlobStatReply {
    /// One chunk, in the attachment; the reply gives the offset at which to continue.
    package static var blobWrite: Route<Wire.BlobWriteRequest, Wire.BlobStatReply> { .init("blob.write", .store) }
}

extension Route where Request == Wire.BlobReadRequest, Reply == Wire.BlobReadReply {
    /// One chunk, returned in the attachment.
    package static var blobRead: Route<Wire.BlobReadRequest, Wire.BlobReadReply> { .init("blob.read", .read) }
}

extension Route where Request == Wire.BlobVerifyRequest, Reply == Wire.BlobVerifyReply {
    /// Rehashes blobs, some at a time.
    package static var blobVerify: Route<Wire.BlobVerifyRequest, Wire.BlobVerifyReply> {
        .init("blob.verify", .operate)
    }
}

extension Route where Request == Wire.BlobListRequest, Reply == Wire.BlobListReply {
    /// The blobs after a digest.
    package static var blobList: Route<Wire.BlobListRequest, Wire.BlobListReply> { .init("blob.list", .read) }
}

extension Route where Request == Wire.BlobHoldRequest, Reply == Wire.Empty {
    /// Keeps blobs for a time.
    package static var blobHold: Route<Wire.BlobHoldRequest, Wire.Empty> { .init("blob.hold", .store) }
}

extension Route where Request == Wire.BlobCollectRequest, Reply == Wire.BlobCollectReply {
    /// Removes blobs that nothing refers to.
    package static var blobCollect: Route<Wire.BlobCollectRequest, Wire.BlobCollectReply> {
        .init("blob.collect", .operate)
    }
}

// MARK: - Catalog

extension Route where Request == Wire.BaseNetwork, Reply == Wire.BaseNetwork {
    /// Registers a base network; safe to repeat.
    package static var networkPut: Route<Wire.BaseNetwork, Wire.BaseNetwork> { .init("network.put", .store) }
}

extension Route where Request == Wire.CatalogGetRequest, Reply == Wire.BaseNetwork {
    /// One base network with its description.
    package static var networkGet: Route<Wire.CatalogGetRequest, Wire.BaseNetwork> { .init("network.get", .read) }

    /// Removes an added base network that has no models; the reply is the removed network.
    package static var networkRemove: Route<Wire.CatalogGetRequest, Wire.BaseNetwork> {
        .init("network.remove", .operate)
    }
}

extension Route where Request == Wire.CatalogListRequest, Reply == Wire.BaseNetworkListReply {
    /// Base networks without descriptions, in the requested order.
    package static var networkList: Route<Wire.CatalogListRequest, Wire.BaseNetworkListReply> {
        .init("network.list", .read)
    }
}

extension Route where Request == Wire.PretrainedModel, Reply == Wire.PretrainedModel {
    /// Registers a pretrained model; safe to repeat.
    package static var modelPut: Route<Wire.PretrainedModel, Wire.PretrainedModel> { .init("model.put", .submit) }
}

extension Route where Request == Wire.CatalogGetRequest, Reply == Wire.PretrainedModel {
    /// One pretrained model.
    package static var modelGet: Route<Wire.CatalogGetRequest, Wire.PretrainedModel> { .init("model.get", .read) }
}

extension Route where Request == Wire.CatalogListRequest, Reply == Wire.PretrainedModelListReply {
    /// Pretrained models, in the requested order.
    package static var modelList: Route<Wire.CatalogListRequest, Wire.PretrainedModelListReply> {
        .init("model.list", .read)
    }
}

extension Route where Request == Wire.Dataset, Reply == Wire.Dataset {
    /// Registers a prepared dataset; safe to repeat.
    package static var datasetPut: Route<Wire.Dataset, Wire.Dataset> { .init("dataset.put", .store) }
}

extension Route where Request == Wire.CatalogGetRequest, Reply == Wire.Dataset {
    /// One prepared dataset by its recipe.
    package static var datasetGet: Route<Wire.CatalogGetRequest, Wire.Dataset> { .init("dataset.get", .read) }
}

extension Route where Request == Wire.CatalogListRequest, Reply == Wire.DatasetListReply {
    /// Prepared datasets by recipe.
    package static var datasetList: Route<Wire.CatalogListRequest, Wire.DatasetListReply> {
        .init("dataset.list", .read)
    }
}

extension Route where Request == Wire.CatalogGetRequest, Reply == Wire.PretrainedModel {
    /// Removes a model that nothing uses; replies with the removed model.
    package static var modelRemove: Route<Wire.CatalogGetRequest, Wire.PretrainedModel> {
        .init("model.remove", .operate)
    }
}

extension Route where Request == Wire.CatalogGetRequest, Reply == Wire.Dataset {
    /// Removes a prepared dataset that no model was trained on; replies with the removed dataset.
    package static var datasetRemove: Route<Wire.CatalogGetRequest, Wire.Dataset> {
        .init("dataset.remove", .operate)
    }
}

extension Route where Request == Wire.Empty, Reply == Wire.StorageReply {
    /// Storage use by kind of file.
    package static var registryStorage: Route<Wire.Empty, Wire.StorageReply> {
        .init("registry.storage", .read)
    }
}

extension Route where Request == Wire.StageRequest, Reply == Wire.PretrainedModel {
    /// Moves a model to another stage.
    package static var modelStage: Route<Wire.StageRequest, Wire.PretrainedModel> { .init("model.stage", .operate) }
}

extension Route where Request == Wire.StageListRequest, Reply == Wire.StageListReply {
    /// The stage history, newest first.
    package static var stageList: Route<Wire.StageListRequest, Wire.StageListReply> { .init("stage.list", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.CatalogStatistics {
    /// Statistics of the registry.
    package static var catalogStatistics: Route<Wire.Empty, Wire.CatalogStatistics> {
        .init("catalogue.statistics", .read)
    }
}

// MARK: - Dictionaries

extension Route where Request == Wire.DictionaryListRequest, Reply == Wire.DictionaryListReply {
    /// The terms of one dictionary or of all.
    package static var dictionaryList: Route<Wire.DictionaryListRequest, Wire.DictionaryListReply> {
        .init("dictionary.list", .read)
    }
}

extension Route where Request == Wire.CodeMessage, Reply == Wire.CodeMessage {
    /// Converts an artificial code from text to integers; adds unknown terms.
    package static var codeEncode: Route<Wire.CodeMessage, Wire.CodeMessage> { .init("code.encode", .submit) }
    /// Converts an artificial code from integers to text.
    package static var codeDecode: Route<Wire.CodeMessage, Wire.CodeMessage> { .init("code.decode", .read) }
}
