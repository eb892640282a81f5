import Model
import Networks
import Testing

@Suite struct LayerTests {
    static func network(_ shape: [Int], _ operations: [Layer.Operation]) -> NetworkDescription {
        var network = NetworkDescription(name: "test", inputs: [.init(name: "x", shape: shape)], layers: [])
        for (number, operation) in operations.enumerated() {
            network.layers.append(Layer("l\(number)", operation, from: number == 0 ? "x" : "l\(number - 1)"))
        }
        return network
    }

    @Test(arguments: [
        ([3, 32, 32], Layer.Operation.maximumPooling(kernel: 3, stride: 2, padding: 1), [3, 16, 16]),
        ([3, 32, 32], .convolution(.init(channels: 8, kernel: 3, dilation: 2)), [8, 32, 32]),
        ([3, 32, 32], .convolution(.init(channels: 8, kernel: 7, stride: 2)), [8, 16, 16]),
        ([12], .tokenEmbedding(vocabulary: 9, features: 5), [12, 5]), ([12, 8], .selfAttention(heads: 2), [12, 8]),
        ([12], .tokenPairs(numbers: 50), [12]),
        ([12], .tokenBag(vocabulary: 9, pairs: 50, features: 5, deviation: 1), [5]),
        ([12, 8], .sequencePooling(.scaledSum), [8]),
        ([12, 8], .recurrent(.init(.lstm, features: 5, isBidirectional: true)), [12, 10]),
        ([12, 8], .classToken, [13, 8]), ([12, 8], .sequencePooling(.attention), [8]),
        ([12, 8], .linear(features: 3), [12, 3]),
        ([12, 8], .reshape([12, 1, 8]), [12, 1, 8]), ([2, 3, 4], .transpose([2, 0, 1]), [4, 2, 3]),
        ([5], .columns(categories: [4, 7], features: 6), [15]),
        ([5], .columnTokens(categories: [4, 7], features: 6), [5, 6]),
        ([5], .periodicColumns(categories: [4, 7], features: 6, frequencies: 3, deviation: 0.1), [33]),
        ([4, 8, 8], .groupNormalization(groups: 2), [4, 8, 8]), ([12, 8], .positions(.learned(most: 20)), [12, 8]),
    ])
    func `a layer has the output shape that follows from its settings`(
        _ input: [Int], _ operation: Layer.Operation, _ output: [Int]
    ) throws {
        let network = Self.network(input, [operation])
        #expect(try network.outputShape == output)
        #expect(try NetworkDescription(json: network.canonicalJSON) == network)
        #expect(!operation.summary.isEmpty)
    }

    @Test(arguments: [
        ([12, 8], Layer.Operation.selfAttention(heads: 3), "3 heads"),
        ([3, 8, 8], .selfAttention(heads: 2), "sequence"),
        ([12, 8], .positions(.learned(most: 4)), "4 positions"), ([12, 7], .positions(.sinusoidal), "even"),
        ([3, 8, 8], .maximumPooling(kernel: 3, stride: 2, padding: 2), "half"),
        ([3, 8, 8], .reshape([3, 63]), "shape"),
        ([3, 8, 8], .transpose([0, 1]), "order"), ([3, 8, 8], .groupNormalization(groups: 2), "groups"),
        ([8], .presence(rate: 0), "the input that it follows from"),
        ([1], .tokenPairs(numbers: 50), "row of tokens"), ([12], .tokenPairs(numbers: 1 << 25), "numbers"),
        ([1], .tokenBag(vocabulary: 9, pairs: 50, features: 5, deviation: 1), "several tokens"),
        ([12], .tokenBag(vocabulary: 9, pairs: 0, features: 5, deviation: 0), "deviation"),
        ([3], .columns(categories: [1, 2, 3, 4], features: 2), "categories"),
        ([1], .periodicColumns(categories: [4], features: 2, frequencies: 3, deviation: 0.1), "column of numbers"),
        ([3], .periodicColumns(categories: [4], features: 2, frequencies: 3, deviation: 0), "deviation"),
        ([3, 8, 8], .convolution(.init(channels: 4, kernel: 5, padding: 0, dilation: 2)), "window"),
        ([3, 8, 8], .linear(features: 2), "flatten"),
    ])
    func `a layer that does not fit is named with its reason`(
        _ input: [Int], _ operation: Layer.Operation, _ reason: String
    ) {
        let failure = #expect(throws: Failure.self) { try Self.network(input, [operation]).validate() }
        #expect(failure?.message.hasPrefix("Layer 'l0' (\(operation.kind)) of 'test' ") == true)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }

    @Test func `networks of earlier versions are written as they wrote them`() throws {
        let layers: [Layer.Operation] = [
            .convolution(.init(channels: 4, kernel: 3)), .maximumPooling(kernel: 2, stride: 2),
            .averagePooling(kernel: 2, stride: 1),
        ]
        let convolution =
            #"{"bias":true,"channels":4,"groups":1,"inputs":["x"],"kernel":3,"kind":"convolution","name":"l0","padding":1,"stride":1}"#
        let largest = #"{"inputs":["l0"],"kernel":2,"kind":"maximum-pooling","name":"l1","stride":2}"#
        let mean = #"{"inputs":["l1"],"kernel":2,"kind":"average-pooling","name":"l2","stride":1}"#
        #expect(
            try Self.network([1, 8, 8], layers).canonicalJSON
                == #"{"inputs":[{"name":"x","shape":[1,8,8]}],"layers":[\#(convolution),\#(largest),\#(mean)],"name":"test"}"#
        )
    }

    /// IDs in registries of earlier versions.
    @Test(arguments: [
        ("All-CNN-C", "fa3dc4e4ba5a40e63f11b1b3d9fa57ca6a01bb569540763d73eccdffed82af69"),
        ("CIFAR10-quick", "569821c5f1b48264a37f39a8d5fe33a8dff130565e591d921ae3fbdd8453bdc8"),
        ("CNN-trad-fpool3", "bcb254da396265a4108fdd971419766e321c294bea084e75afa36f563c4030c8"),
        ("CREPE-tiny", "80c1684ab53484ca12d1415f96485035ae189e5eaf658a750e20818a0e5bc35e"),
        ("CharCNN-small", "964f1c13b277642364f1e4ba950f02021b18779c9af68e386beccd53e3e81ca1"),
        ("DAN", "21bd94df0c218a5201ca9e29fc9971bf0d62b596b346b78f307ddd824ca3262f"),
        ("DS-CNN-S", "9a196a252b81640291bfb4f41fd231a7d60eb75aed6bde8f768ae37d9c01910e"),
        ("DenseNet14", "5be9ef4f63eed30eaad99eae434e594a2f3b22951e3ec250521c6a9b0df1f0c9"),
        ("FCN-4", "65e50c1b1ecd9974c2d293c8d0158046bf9328e764ca5d5754c1e87fc6fbe81c"),
        ("FaceAndVoice", "19a64940c00710af219ef8fc9812e8542be76aaf2cf854c0b96e7cc3036c2205"),
        ("LeNet-5-1998", "35cf430fae3850f344c4f9bd4f726b95e762d8dbf3359f51ba80dd5b626d44a2"),
        ("LeNet3", "b74e5ec6326cae638ec723666ad1ae22ebe61006cd1512901b91fb4d6d5ff184"),
        ("LeNet5", "aeddae5fa280ca0782dc3b1a1825cda0da6144bf0889aba6e2b0f6e9ebac3f92"),
        ("M5", "226bad096a31605cc65b243dc2121127105b2d03b1a2e71c89c8823d9a59dc15"),
        ("MediumNet", "e77f81dae4581337a71dff8b0d4e904de6754bf83ef8c949d290d843c491a617"),
        ("MobileNet-0.25", "fc9c769d937fe55ddb60aad3837be9da6572eb0092bdfc132e5663a9a220c364"),
        ("PointwiseColour", "8d1c3ba00120bd9d5b6b44161cdaac01f1ec4289b900e013cd14ddc89bd1c10f"),
        ("ResNet20", "f57aa456bd4f95564d69533b8f1e1361375575edce82f76e3c036a013d6c6e8b"),
        ("ResNet8", "71f1958fa99274530d85ed9f29a9e4f109abf93b9fd8c3f3f0fc3393ce49bbb2"),
        ("SparseNet", "2cae746e4aadf60c8c1b6891bab142b0af7e8fdda38b7e7e7fa16ccdbc184ab5"),
        ("SqueezeNet-mini", "1cc21d8a4e74758e178719563e7638ee2a81c56aa80006126aba0c000653684f"),
        ("TC-ResNet8", "0a0b522f3210817fa9d3824ea54c4862f9b074fd26d5295a1237d7fe024e8b79"),
        ("TextCNN", "60b5ae2ed6587f9123fd9021ca79574a613d99bd4c904848bf75f9d7d86c9395"),
        ("TextCNN-emotion", "0405617b21d68c00a473d0691cdca28ab209796cf18a656c7a02f60b7fa8cd90"),
        ("TwoStream", "c4cc8b7e36e4db709c23c81b8195a515a1da7d5a550a582ea0dc768d7bcd7bca"),
        ("VGG8", "d4200e219b28fba5133afc91e510a09365ede51592ebc9d397c54e33fe46fe33"),
        ("VoiceEmotion", "3691f3f2998b5fba4a8a77788b9a56e5cc4e00b2fefe3e315afddfd7d3bc2cec"),
        ("WindowTagger", "2ba61f15f8ad2caccf712130eb959b24310d3ed23e00915f2ff401d77101a985"),
        ("fastText", "d7bd273f5a0fd8074781b2e6a6868b02116ea7f0bd1e23de8d56bb1139313443"),
        ("mini-Xception", "12dc5e654a15dad9354a947b6a9b07ac6a0b76a7f1858d99fb1901364e269f7a"),
    ])
    func `networks of earlier versions keep their IDs`(_ name: String, _ id: String) throws {
        let network = try #require(try ZooNetwork.all.first { $0.network.name == name }?.network)
        #expect(try network.id.hexadecimal == id)
    }
}
