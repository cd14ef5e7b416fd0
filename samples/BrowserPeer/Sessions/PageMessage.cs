using System.Text.Json;

namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>What the page says.</summary>
/// <param name="Type">offer, answer, rejected, candidate, restart.</param>
/// <param name="Sdp">A description, of offers and answers.</param>
/// <param name="Candidate">A candidate line, empty when there are no more.</param>
/// <param name="UsernameFragment">Whose candidates have ended.</param>
internal sealed record PageMessage(string? Type, string? Sdp, string? Candidate, string? UsernameFragment)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 4 };

    /// <exception cref="FormatException">It is no such message.</exception>
    public static PageMessage Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<PageMessage>(text, Json) is { Type: not null } message
                ? message
                : throw new FormatException("The message has no type.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"The message is not JSON of ours: {fault.Message}", fault);
        }
    }
}
