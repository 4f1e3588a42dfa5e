using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>What a process is to train and measure next.</summary>
/// <param name="Trial">Which trial, from 1.</param>
/// <param name="Options">Its options.</param>
/// <param name="Rung">Which rung it reaches.</param>
/// <param name="Iterations">Iterations in all.</param>
internal sealed record TrialOrder(int Trial, AlsOptions Options, int Rung, int Iterations)
{
    /// <summary>What it has done before; null at its first rung.</summary>
    public TrialResult? Before { get; init; }

    /// <summary>Whether its factors are kept for another rung.</summary>
    public bool Keeps { get; init; }

    /// <summary>The trials whose factors the process keeps; those of others are not needed any more.</summary>
    public IReadOnlyList<int> Needed { get; init; } = [];

    /// <summary>
    /// [iterations], the cost above which the trial is over after so many iterations; null where it never is.
    /// </summary>
    public double[]? Limits { get; init; }
}

/// <summary>What process 0 and the others tell each other about trials.</summary>
internal sealed record TrialMessage
{
    /// <summary>To another process: what to do next.</summary>
    public TrialOrder? Order { get; init; }

    /// <summary>To process 0: what a trial came to; null where it was stopped.</summary>
    public TrialResult? Result { get; init; }

    /// <summary>To another process: that its trial is not needed any more.</summary>
    public bool Stops { get; init; }

    /// <summary>To another process: that there are no more trials.</summary>
    public bool Dismisses { get; init; }

    /// <summary>As bytes; every number comes back with the same bits.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, TrialMessageJson.Default.TrialMessage);

    /// <summary>What <see cref="ToBytes"/> gave.</summary>
    public static TrialMessage Of(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, TrialMessageJson.Default.TrialMessage)!;
}

/// <summary>JSON of messages: every number comes back with the same bits, NaN too.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrialMessage))]
internal sealed partial class TrialMessageJson : JsonSerializerContext;
