using System.Text;
using System.Text.Json.Serialization;

namespace GpuAls.Formats;

/// <summary>What a model of ONNX takes in.</summary>
[JsonConverter(typeof(WordConverter<OnnxInput>))]
internal enum OnnxInput
{
    /// <summary>The indices of users, whose factors are in the file.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>Factors of users, as fold-in gives them.</summary>
    [JsonStringEnumMemberName("factors")]
    Factors,
}

/// <summary>
/// A model of ONNX that scores users against all items: the scores, and the k best with their items. Written without
/// a library of Protocol Buffers: those keep a message in memory as a whole, and this one is mostly factors.
/// </summary>
internal sealed class OnnxFormat() : ModelFormat("onnx")
{
    private const int IrVersion = 7;
    private const int OpsetVersion = 13;
    private const int UsualTop = 10;
    private const int Float32 = 1; // TensorProto.DataType
    private const int Int64 = 7;
    private const int IntegerAttribute = 2; // AttributeProto.AttributeType

    /// <inheritdoc/>
    public override Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var (users, items) = (model.UserFactors, model.ItemFactors);
        var takesUsers = options.OnnxInput == OnnxInput.User;
        var graph = new ProtoMessage();
        if (takesUsers) graph.Add(1, Node("Gather", ["user_factors", "user"], ["factors"], ("axis", 0)));
        graph.Add(1, Node("Gemm", ["factors", "item_factors"], ["scores"], ("transB", 1)));
        graph.Add(
            1, Node("TopK", ["scores", "k"], ["top_scores", "top_items"], ("axis", 1), ("largest", 1), ("sorted", 1)));
        graph.Add(2, "gpuals");
        if (takesUsers) graph.Add(5, Factors("user_factors", users));
        graph.Add(5, Factors("item_factors", items));
        var top = BitConverter.GetBytes((long)Math.Min(UsualTop, items.RowCount));
        graph.Add(5, new ProtoMessage().Add(1, 1).Add(2, Int64).Add(8, "k").Add(9, top));
        graph.Add(11, takesUsers ? Value("user", Int64, "users") : Value("factors", Float32, "users", items.Rank));
        graph.Add(11, Value("k", Int64, 1));
        graph.Add(12, Value("scores", Float32, "users", items.RowCount));
        graph.Add(12, Value("top_scores", Float32, "users", "k"));
        graph.Add(12, Value("top_items", Int64, "users", "k"));
        var file = new ProtoMessage()
            .Add(1, IrVersion).Add(2, "gpuals").Add(3, ProductVersion.Text).Add(7, graph)
            .Add(8, new ProtoMessage().Add(1, "").Add(2, OpsetVersion));
        if (file.Length > int.MaxValue)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"the model would take {Counted.Of(file.Length, "byte")}; a file of ONNX holds up to 2 GiB. "
                + (takesUsers ? "Pass --onnx-input factors, which leaves the users out." : "Use another --format."));
        return file.WriteAsync(stream, cancellation);
    }

    private static ProtoMessage Node(
        string operation, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        var node = new ProtoMessage();
        foreach (var input in inputs) node.Add(1, input);
        foreach (var output in outputs) node.Add(2, output);
        node.Add(3, operation).Add(4, operation);
        foreach (var (name, value) in attributes)
            node.Add(5, new ProtoMessage().Add(1, name).Add(3, value).Add(20, IntegerAttribute));
        return node;
    }

    private static ProtoMessage Factors(string name, FactorMatrix factors) => new ProtoMessage()
        .Add(1, factors.RowCount).Add(1, factors.Rank).Add(2, Float32).Add(8, name).Add(9, factors);

    /// <summary>An input or output: its type, and its dimensions, each a number or a name.</summary>
    private static ProtoMessage Value(string name, int type, params object[] dimensions)
    {
        var shape = new ProtoMessage();
        foreach (var dimension in dimensions)
            shape.Add(
                1,
                dimension is string text ? new ProtoMessage().Add(2, text) : new ProtoMessage().Add(1, (int)dimension));
        var tensor = new ProtoMessage().Add(1, type).Add(2, shape);
        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }
}

/// <summary>
/// A message of Protocol Buffers. One that is added to another must be complete, as its length comes first. Factors are
/// not copied.
/// </summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0; // wire types
    private const int Bytes = 2;

    private readonly List<(byte[] Bytes, FactorMatrix? Factors)> _parts = [];

    /// <summary>Its length in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Adds an integer.</summary>
    public ProtoMessage Add(int field, long value)
    {
        Append([.. Number(((ulong)field << 3) | Varint), .. Number((ulong)value)]);
        return this;
    }

    /// <summary>Adds text.</summary>
    public ProtoMessage Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds bytes.</summary>
    public ProtoMessage Add(int field, byte[] bytes)
    {
        AppendHead(field, bytes.Length);
        Append(bytes);
        return this;
    }

    /// <summary>Adds the bytes of factors.</summary>
    public ProtoMessage Add(int field, FactorMatrix factors)
    {
        var length = factors.Length * sizeof(float);
        AppendHead(field, length);
        _parts.Add(([], factors));
        Length += length;
        return this;
    }

    /// <summary>Adds a message.</summary>
    public ProtoMessage Add(int field, ProtoMessage message)
    {
        AppendHead(field, message.Length);
        _parts.AddRange(message._parts);
        Length += message.Length;
        return this;
    }

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellation)
    {
        foreach (var (bytes, factors) in _parts)
            if (factors is null) await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            else await NpyFile.WriteElementsAsync(stream, factors, cancellation).ConfigureAwait(false);
    }

    private void AppendHead(int field, long length) =>
        Append([.. Number(((ulong)field << 3) | Bytes), .. Number((ulong)length)]);

    private void Append(byte[] bytes)
    {
        _parts.Add((bytes, null));
        Length += bytes.Length;
    }

    /// <summary>Seven bits a byte, the lowest first; the top bit says that more follow.</summary>
    private static List<byte> Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
