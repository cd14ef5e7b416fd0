using System.Reflection;

namespace IceSharp.Samples.BrowserPeer.Web;

/// <summary>The page, from the assembly.</summary>
internal static class PageFiles
{
    // No script, style or connection from elsewhere.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string name = path is "/" or "" ? "index.html" : path[1..];
        await using Stream? file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{name}");
        HttpResponse response = context.Response;
        if (file is null || !HttpMethods.IsGet(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        await file.CopyToAsync(response.Body, context.RequestAborted);
    }
}
