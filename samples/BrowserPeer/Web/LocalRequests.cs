namespace IceSharp.Samples.BrowserPeer.Web;

/// <summary>Lets in what comes from this machine's own page only.</summary>
internal static class LocalRequests
{
    /// <summary>Refuses other host names, which a foreign page can point at loopback, and other pages, which may open WebSockets to anywhere.</summary>
    public static Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        HostString host = context.Request.Host;
        string? origin = context.Request.Headers.Origin;
        if (host.Host is "127.0.0.1" or "localhost" && (origin is null || origin == $"http://{host}"))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("For this machine's own page only.", context.RequestAborted);
    }
}
