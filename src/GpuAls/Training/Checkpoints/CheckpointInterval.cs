using System.Globalization;

namespace GpuAls;

/// <summary>How often a checkpoint is written: after a number of iterations, or after a time.</summary>
/// <param name="Iterations">Iterations between two; null where it is a time.</param>
/// <param name="Time">Time between two; null where it is a number of iterations.</param>
internal sealed record CheckpointInterval(int? Iterations, TimeSpan? Time)
{
    /// <summary>Often enough that a kill loses little, and seldom enough to cost nothing.</summary>
    public static CheckpointInterval Default { get; } = new(null, TimeSpan.FromMinutes(10));

    /// <summary>Whether one is due.</summary>
    /// <param name="iterations">Iterations since the last one.</param>
    /// <param name="time">Time since the last one.</param>
    public bool IsDue(int iterations, TimeSpan time) => iterations >= (Iterations ?? 1) && time >= (Time ?? time);

    /// <summary>Reads a number of iterations, or a number with a unit of time.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is neither.</exception>
    public static CheckpointInterval Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations > 0)
            return new CheckpointInterval(iterations, null);
        if (Duration.Parse(text) is { } time) return new CheckpointInterval(null, time);
        throw new GpuAlsException(
            FailureKind.Usage,
            $"{option} is '{text}'; expected a number of iterations such as 5, or a time such as 30s, 10min or 2h.");
    }

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public override string ToString() =>
        Iterations is { } iterations ? iterations.ToString(CultureInfo.InvariantCulture) : Duration.Text(Time!.Value);
}
