using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What a checkpoint says of the training it belongs to.</summary>
internal sealed record CheckpointJob
{
    /// <summary>Version of gpuals.</summary>
    public required string GpualsVersion { get; init; }

    /// <summary>What it runs on, such as <c>cuda:0 (NVIDIA A10G)</c>.</summary>
    public required string Device { get; init; }

    /// <summary>When the training began, in UTC; null where an earlier gpuals did not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? StartedAt { get; init; }

    /// <summary>The options that the result depends on, by their names.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The plays.</summary>
    public required DataFingerprint Data { get; init; }
}

/// <summary>
/// A checkpoint as bytes: <c>GPUALSCK</c>, the version of the layout and the length of the head (both int32,
/// little-endian), the head as JSON, the arrays it names one after the other (float32, little-endian), and XxHash128 of
/// all that. Arrays are found by their names, so that a solver with more state adds its own.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>The version of the layout that this gpuals reads and writes.</summary>
    public const int CurrentVersion = 1;

    private const int ChunkBytes = 1 << 20;
    private const int HashBytes = 16;
    private const int LargestHead = 1 << 28;

    private static ReadOnlySpan<byte> Magic => "GPUALSCK"u8;

    /// <summary>Writes a checkpoint.</summary>
    public static async Task WriteAsync(
        Stream stream, CheckpointJob job, TrainingState state, CancellationToken cancellation)
    {
        var arrays = StateHead.ArraysOf(state).ToArray();
        var head = JsonSerializer.SerializeToUtf8Bytes(
            CheckpointHead.Of(job, state), CheckpointJson.Default.CheckpointHead);
        var start = new byte[Magic.Length + (2 * sizeof(int))];
        Magic.CopyTo(start);
        BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(Magic.Length), CurrentVersion);
        BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(Magic.Length + sizeof(int)), head.Length);
        var hash = new XxHash128();
        await PutAsync(start).ConfigureAwait(false);
        await PutAsync(head).ConfigureAwait(false);
        using var buffer = new RentedArray<byte>(ChunkBytes);
        foreach (var (_, matrix) in arrays)
            foreach (var values in Chunks(matrix))
            {
                var part = buffer.Memory[..(values.Length * sizeof(float))];
                MemoryMarshal.AsBytes(values.Span).CopyTo(part.Span);
                await PutAsync(part).ConfigureAwait(false);
            }

        await stream.WriteAsync(hash.GetCurrentHash(), cancellation).ConfigureAwait(false);

        async ValueTask PutAsync(ReadOnlyMemory<byte> bytes)
        {
            hash.Append(bytes.Span);
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a checkpoint, which is not trusted before its hash is found right.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message follows "it" in a sentence.</exception>
    /// <exception cref="GpuAlsException">Kind BadInput: it is whole, but of another version.</exception>
    public static async Task<(CheckpointJob Job, TrainingState State)> ReadAsync(
        IByteSource source, CancellationToken cancellation)
    {
        var stream = await source.OpenAsync(cancellation).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            var hash = new XxHash128();
            var start = await TakeAsync(stream, Magic.Length + (2 * sizeof(int)), hash, cancellation)
                .ConfigureAwait(false);
            if (!start.AsSpan().StartsWith(Magic)) throw new InvalidDataException("is not a checkpoint of gpuals");
            CheckVersion(source, BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(Magic.Length)));
            var length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(Magic.Length + sizeof(int)));
            if (length is < 0 or > LargestHead || length > source.Length)
                throw new InvalidDataException("has a head of a length that cannot be");
            var bytes = await TakeAsync(stream, length, hash, cancellation).ConfigureAwait(false);
            var head = JsonSerializer.Deserialize(bytes, CheckpointJson.Default.CheckpointHead)!;
            CheckLength(head, source.Length - start.Length - length - HashBytes);
            var arrays = new Dictionary<string, FactorMatrix>();
            foreach (var array in head.Arrays)
            {
                arrays[array.Name] = head.Create(array);
                await FillAsync(arrays[array.Name], stream, hash, cancellation).ConfigureAwait(false);
            }

            var expected = hash.GetCurrentHash();
            var found = new byte[HashBytes];
            await stream.ReadExactlyAsync(found, cancellation).ConfigureAwait(false);
            if (!expected.AsSpan().SequenceEqual(found))
                throw new InvalidDataException("was changed or damaged: its checksum is another one");
            return (head.Job, head.StateOf(arrays));
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("ends too early", exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("has a head that cannot be read", exception);
        }
    }

    private static void CheckVersion(IByteSource source, int version)
    {
        if (version != CurrentVersion)
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"'{source.Name}' has format version {version}; this gpuals reads version {CurrentVersion}. Use the "
                + "gpuals that wrote it, or start anew with --overwrite instead of --resume.");
    }

    private static void CheckLength(CheckpointHead head, long bytes)
    {
        if (head.Rank < 1
            || head.Arrays.Any(array => array.Length < 0 || array.Length % head.Rank != 0
                || array.Length / head.Rank > Array.MaxLength)
            || head.Arrays.Sum(array => array.Length) * sizeof(float) != bytes)
            throw new InvalidDataException("is shorter or longer than its head says");
    }

    private static async Task<byte[]> TakeAsync(
        Stream stream, int length, XxHash128 hash, CancellationToken cancellation)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        hash.Append(bytes);
        return bytes;
    }

    private static async Task FillAsync(
        FactorMatrix matrix, Stream stream, XxHash128 hash, CancellationToken cancellation)
    {
        using var buffer = new RentedArray<byte>(ChunkBytes);
        foreach (var values in Chunks(matrix))
        {
            var part = buffer.Memory[..(values.Length * sizeof(float))];
            await stream.ReadExactlyAsync(part, cancellation).ConfigureAwait(false);
            hash.Append(part.Span);
            part.Span.CopyTo(MemoryMarshal.AsBytes(values.Span));
        }
    }

    private static IEnumerable<Memory<float>> Chunks(FactorMatrix matrix)
    {
        const int Most = ChunkBytes / sizeof(float);
        foreach (var (_, values) in matrix.Blocks)
            for (var first = 0; first < values.Length; first += Math.Min(Most, values.Length - first))
                yield return values.Slice(first, Math.Min(Most, values.Length - first));
    }
}

/// <summary>The head of a checkpoint.</summary>
internal sealed record CheckpointHead : StateHead
{
    public required CheckpointJob Job { get; init; }

    /// <summary>The head of a checkpoint of a state.</summary>
    public static CheckpointHead Of(CheckpointJob job, TrainingState state) => new()
    {
        Job = job,
        Rank = state.Rank,
        Iterations = state.Reports,
        Best = state.Best?.State,
        Momentum = MomentumOf(state),
        Arrays = ShapesOf(state),
    };
}
