using System.Reflection;

namespace GpuAls;

/// <summary>The version of gpuals.</summary>
internal static class ProductVersion
{
    private const int CommitDigits = 9;

    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Text { get; } = Whole.Split('+')[0];

    /// <summary>With the commit, as in <c>0.1.0+0123456ab</c>, if it was built from one.</summary>
    public static string WithCommit { get; } =
        Whole[..Math.Min(Whole.Length, Text.Length + 1 + CommitDigits)];

    private static string Whole => typeof(ProductVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
