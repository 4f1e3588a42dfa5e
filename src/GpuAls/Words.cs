using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>
/// The words of an enum, which its members declare with <see cref="JsonStringEnumMemberNameAttribute"/>. The command
/// line, the manifest and the reports all use them.
/// </summary>
internal static class Words
{
    /// <summary>The word of each member, in their order.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Declared<T>.Members.Select(member => member.Word)];

    /// <summary>The word of a member.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Declared<T>.Members.First(member => member.Value.Equals(value)).Word;

    /// <summary>The member of a word.</summary>
    /// <returns>False where no member has it; upper and lower case differ.</returns>
    public static bool TryParse<T>(string? word, out T value)
        where T : struct, Enum
    {
        var found = Array.FindIndex(Declared<T>.Members, member => member.Word == word);
        value = found < 0 ? default : Declared<T>.Members[found].Value;
        return found >= 0;
    }

    /// <summary>Words in a sentence: <c>a, b or c</c>.</summary>
    public static string OneOf(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    private static class Declared<T>
        where T : struct, Enum
    {
        public static readonly (T Value, string Word)[] Members = Array.ConvertAll(
            Enum.GetValues<T>(), value => (value, WordOf(typeof(T).GetField(value.ToString())!)));

        private static string WordOf(FieldInfo member) =>
            member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
            ?? throw new InvalidOperationException($"{typeof(T).Name}.{member.Name} declares no word.");
    }
}

/// <summary>An enum in JSON, as the words of its members and nothing else.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Words.TryParse<T>(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"expected {Words.OneOf(Words.All<T>())}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        // Words have nothing to escape, and '+' stays as it is.
        writer.WriteStringValue(JsonEncodedText.Encode(Words.Of(value), JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
    }
}
