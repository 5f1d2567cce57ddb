// Lets WebKitWebDriver drive the app's window. The tour preloads this into the app, which knows nothing of it.
//
// A web view obeys a driver only if it was built as one that automation controls, in a context that allows it, and if
// it is handed over when the driver's session asks for a view. The app asks for none of that, and shall not: whoever
// can drive it can read it. So the one function of GLib through which the view is built is wrapped here. Without the
// address of a driver in the environment nothing is changed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <webkit2/webkit2.h>

typedef GObject *(*Construct)(GType, guint, const char *[], const GValue[]);

static gpointer view;

static WebKitWebView *hand_over(WebKitAutomationSession *session, gpointer data) {
  return view;
}

static void begin(WebKitWebContext *context, WebKitAutomationSession *session, gpointer data) {
  // The driver refuses a session of a browser that has no name.
  WebKitApplicationInfo *browser = webkit_application_info_new();
  webkit_application_info_set_name(browser, "onhand");
  webkit_application_info_set_version(browser, 1, 0, 0);
  webkit_automation_session_set_application_info(session, browser);
  webkit_application_info_unref(browser);
  g_signal_connect(session, "create-web-view", G_CALLBACK(hand_over), NULL);
}

GObject *g_object_new_with_properties(GType type, guint count, const char *names[], const GValue values[]) {
  static Construct construct;
  if (!construct) construct = (Construct)dlsym(RTLD_NEXT, "g_object_new_with_properties");
  const char *type_name = g_type_name(type);
  gboolean is_first_view = !view && g_strcmp0(type_name, "WebKitWebView") == 0;
  if (!is_first_view || !g_getenv("WEBKIT_INSPECTOR_SERVER")) return construct(type, count, names, values);

  // The same properties and one more; GLib takes what comes last.
  const char **more_names = g_new0(const char *, count + 1);
  GValue *more_values = g_new0(GValue, count + 1);
  guint kept = 0;
  for (guint i = 0; i < count; i++) {
    if (g_str_equal(names[i], "is-controlled-by-automation")) continue;
    if (g_str_equal(names[i], "web-context")) {
      WebKitWebContext *context = g_value_get_object(&values[i]);
      webkit_web_context_set_automation_allowed(context, TRUE);
      g_signal_connect(context, "automation-started", G_CALLBACK(begin), NULL);
    }
    more_names[kept] = names[i];
    // Borrowed: the caller frees what it holds.
    more_values[kept++] = values[i];
  }
  more_names[kept] = "is-controlled-by-automation";
  g_value_init(&more_values[kept], G_TYPE_BOOLEAN);
  g_value_set_boolean(&more_values[kept++], TRUE);
  GObject *built = construct(type, kept, more_names, more_values);
  view = built;
  // What a person's system tells of the size of text; style sheets see it before any rule of the page.
  const char *font_px = g_getenv("ONHAND_TOUR_FONT_PX");
  if (font_px) webkit_settings_set_default_font_size(webkit_web_view_get_settings(view), atoi(font_px));
  g_free(more_names);
  g_free(more_values);
  return built;
}
