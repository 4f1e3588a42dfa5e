namespace GpuAls.Modeling;

/// <summary>Plays above 0: without one a user or an item has the zero vector, which scores 0 against everything and so says nothing.</summary>
internal static class Likes
{
    /// <summary>Whether one of some plays is above 0.</summary>
    public static bool Any(ReadOnlySpan<float> plays) => plays.ContainsAnyInRange(float.Epsilon, float.MaxValue);
}
