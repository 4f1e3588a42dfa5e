using System.Text.RegularExpressions;

namespace GpuAls;

/// <summary>Keeps passwords in URLs out of what people and logs see.</summary>
internal static partial class UrlSecrets
{
    /// <summary>A text without the passwords that a URL in it may have.</summary>
    public static string Masked(string text) =>
        PasswordInQuery().Replace(UserInfo().Replace(text, "$1***@"), "$1***");

    /// <summary>To the last @ before the path: passwords may have some of their own.</summary>
    [GeneratedRegex(@"(://[^/@:\s]*:)[^/\s]*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([?&;](?:ssl)?password=)[^&;]*", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordInQuery();
}
